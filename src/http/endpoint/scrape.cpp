#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/exposition.hpp>
#include <vitals/http/scrape.hpp>
#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/exposition.hpp"
#include "http/endpoint/body_encoder.hpp"
#include "http/endpoint/compressed_store.hpp"
#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/gzip.hpp"
#include "http/endpoint/name_query.hpp"

namespace vitals {

ScrapeResponse scrape(Registry& registry, std::string_view accept, std::string_view accept_encoding,
                      std::string_view query) noexcept try {
  const detail::NameQuery wanted = detail::parse_name_query(query);
  if (!wanted.fault.empty())
    return {.status = 400,
            .content_type = "text/plain; charset=utf-8",
            .content_encoding = {},
            .body = std::string{wanted.fault}};
  ScrapeResponse response;
  const Exposition exposition = detail::choose_exposition(accept);
  response.content_type = content_type(exposition);
  detail::RegistryState& state = detail::Access::state(registry);
  const detail::Encoding encoding = detail::choose_encoding(accept_encoding);
  if (encoding == detail::Encoding::Identity) {
    detail::expose(state, exposition, response.body, wanted.names);
    return response;
  }
  std::optional<detail::BodyEncoder> encoder;
  detail::CompressedStore store;
  detail::expose(
      state, exposition,
      [&](std::string_view piece) {
        if (!encoder) {
          if (response.body.size() + piece.size() < detail::kMinBytesToCompress)
            return void(response.body.append(piece));
          const std::string before = std::exchange(response.body, {});
          encoder.emplace(encoding).add(before, response.body);
        }
        encoder->add(piece, response.body);
      },
      wanted.names, &store);
  if (!encoder) return response;
  encoder->finish(response.body);
  response.body.shrink_to_fit();
  response.content_encoding = detail::content_encoding(encoding);
  return response;
} catch (...) {  // out of memory, of which these texts, short enough to live in the strings themselves, need none
  return {.status = 500, .content_type = "text/plain", .content_encoding = {}, .body = "Out of memory\n"};
}

ScrapeResponse detail::scrape_for(Registry& registry, const RequestHeaders& headers, std::string_view query) noexcept {
  std::string accept;
  std::string accept_encoding;
  try {
    accept = headers("accept");
    accept_encoding = headers("accept-encoding");
  } catch (...) {  // whatever the adapter's look-up threw: text, or nothing compressed
  }
  return scrape(registry, accept, accept_encoding, query);
}

void detail::add_to_query(std::string& query, std::string_view name, std::string_view value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  const auto add = [&query](std::string_view text, char end) {
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      query.append({'%', kDigits[byte >> 4U], kDigits[byte & 15U]});
    }
    query += end;
  };
  add(name, '=');
  add(value, '&');
}

}  // namespace vitals
