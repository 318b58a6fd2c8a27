#pragma once

#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;

/// A scrape's answer, for those who serve it on their own HTTP server. A plain value.
struct ScrapeResponse {
  int status = 200;              ///< 200; 400 for a faulty query, 500 without memory for the text: the body says which
  std::string content_type;      ///< one of a few constants, never anything that the client sent
  std::string content_encoding;  ///< "gzip", or empty: leave the header out
  std::string body;
};

/// Renders the registry for a client that sent these Accept and Accept-Encoding headers (empty: none) and this query,
/// which is what stands behind the '?' of its request.
/// Formats: the one of text 0.0.4, text 1.0.0, OpenMetrics 1.0.0 and protobuf that the client wants most, in the
/// escaping that it asks for; text 0.0.4 for whoever asks for none of them: a scraper is never refused. Compressed if
/// the client takes gzip and the body is large enough to gain by it.
/// Query: `name[]=a_total&name[]=b_seconds` asks for the families of these names alone, as declared (with `_total`,
/// `_info`) or as the escaping writes them; unknown ones give nothing. At most 128 names of 1,024 bytes, else 400. What
/// else is in a query is ignored. If the registry itself has all that are asked for, no other family costs anything.
/// Thread-safe; calls the callbacks of the registry on this thread. Never throws.
[[nodiscard]] ScrapeResponse scrape(Registry& registry, std::string_view accept = {},
                                    std::string_view accept_encoding = {}, std::string_view query = {}) noexcept;

}  // namespace vitals
