#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>
#include <vitals/http/request_headers.hpp>

namespace vitals {

class Registry;

/// A scrape's answer, for those who serve it on their own HTTP server. A plain value.
struct ScrapeResponse {
  int status = 200;              ///< 200; 400 for a faulty query, 500 without memory for the text: the body says which
  std::string content_type;      ///< one of a few constants, never anything that the client sent
  std::string content_encoding;  ///< "gzip", "zstd", or empty: leave the header out
  std::string body;

  /// Calls set(name, value) for each header of the answer but those of its length, as HttpRequest::stamp() does.
  template <class Set>
  void headers(Set&& set) const {
    set(std::string_view{"Content-Type"}, std::string_view{content_type});
    if (!content_encoding.empty()) set(std::string_view{"Content-Encoding"}, std::string_view{content_encoding});
  }
};

/// Renders the registry for a client that sent these Accept and Accept-Encoding headers (empty: none) and this query,
/// which is what stands behind the '?' of its request.
/// Formats: the one of text 0.0.4, text 1.0.0, OpenMetrics 1.0.0 and protobuf that the client wants most, in the
/// escaping that it asks for; text 0.0.4 for whoever asks for none of them: a scraper is never refused. Compressed if
/// the client takes gzip or zstd (of equals, gzip) and the body is large enough to gain by it; each piece at once, so
/// that there is never the whole text.
/// Query: `name[]=a_total&name[]=b_seconds` asks for the families of these names alone, as declared (with `_total`,
/// `_info`) or as the escaping writes them; unknown ones give nothing. At most 128 names of 1,024 bytes, else 400. What
/// else is in a query is ignored. If the registry itself has all that are asked for, no other family costs anything.
/// Thread-safe; calls the callbacks of the registry on this thread. Never throws.
[[nodiscard]] ScrapeResponse scrape(Registry& registry, std::string_view accept = {},
                                    std::string_view accept_encoding = {}, std::string_view query = {}) noexcept;

namespace detail {

[[nodiscard]] ScrapeResponse scrape_for(Registry& registry, const RequestHeaders& headers,
                                        std::string_view query) noexcept;

/// What stands behind the '?' of a request target.
[[nodiscard]] constexpr std::string_view query_of(std::string_view target) noexcept {
  const auto mark = target.find('?');
  return mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

/// Adds a parameter to a query, for servers that tell the parts of one decoded. Throws std::bad_alloc.
void add_to_query(std::string& query, std::string_view name, std::string_view value);

}  // namespace detail

/// The same with both headers read by a function, as HttpMetrics::start() has it.
template <std::convertible_to<RequestHeaders> Headers>
[[nodiscard]] ScrapeResponse scrape(Registry& registry, const Headers& headers, std::string_view query) noexcept {
  return detail::scrape_for(registry, headers, query);
}

}  // namespace vitals
