#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace vitals::detail {

/// What the endpoint needs to know of a request.
struct RequestHead {
  std::string target;
  std::string host;                             // whom it was meant for, without the port; empty: it does not say
  std::string authorization;                    // empty: there is none
  std::string accept;                           // all fields of that name, as one list
  std::string accept_encoding;                  // likewise
  std::chrono::milliseconds scrape_timeout{0};  // how long the scraper says it waits; 0: it says nothing, or nonsense
  bool is_head = false;
  bool is_http_1_0 = false;
  bool keep_alive = false;
};

/// Parses a head that HeadScanner found whole. 200, or the status that refuses it: 400, 405, 413, 414, 431, 505.
[[nodiscard]] int parse_request_head(std::string_view bytes, RequestHead& head);

}  // namespace vitals::detail
