#include <utility>

#include <vitals/exposition.hpp>
#include <vitals/http/scrape.hpp>
#include <vitals/registry.hpp>

#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/gzip.hpp"

namespace vitals {

ScrapeResponse scrape(Registry& registry, std::string_view accept, std::string_view accept_encoding) noexcept try {
  ScrapeResponse response;
  const Exposition exposition = detail::choose_exposition(accept);
  response.content_type = content_type(exposition);
  expose(registry, exposition, response.body);
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
