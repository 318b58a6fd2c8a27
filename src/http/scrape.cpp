#include <utility>

#include <vitals/http/scrape.hpp>
#include <vitals/registry.hpp>
#include <vitals/text.hpp>

#include "http/gzip.hpp"
#include "http/negotiation.hpp"
#include "http/render.hpp"

namespace vitals {

std::string detail::render(const Registry& registry, Format format) {
  switch (format) {
    case Format::Text:
      break;
  }
  return to_text(registry);
}

ScrapeResponse scrape(Registry& registry, std::string_view accept, std::string_view accept_encoding) noexcept try {
  ScrapeResponse response;
  const detail::Format format = detail::choose_format(accept);
  response.content_type = detail::content_type(format);
  response.body = detail::render(registry, format);
  if (response.body.size() < detail::kMinBytesToCompress || !detail::accepts_gzip(accept_encoding)) return response;
  if (auto compressed = detail::gzip(response.body)) {
    response.body = std::move(*compressed);
    response.content_encoding = "gzip";
  }
  return response;
} catch (...) {  // out of memory, of which these texts, short enough to live in the strings themselves, need none
  return {.status = 500, .content_type = "text/plain", .content_encoding = {}, .body = "Out of memory\n"};
}

}  // namespace vitals
