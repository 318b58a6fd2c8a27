#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::detail {

inline constexpr std::size_t kMaxHeadBytes = 8192;
inline constexpr std::size_t kMaxHeaders = 64;
inline constexpr std::size_t kMaxTarget = 2048;

// Watches a request's head arrive, and refuses as soon as it can't become a good one: neither garbage nor an endless
// line waits for a deadline, whatever the parser behind it would make of them.
class HeadScanner {
 public:
  struct Result {
    int status;         // 0, or what to answer at once: 400, 414, 431
    std::size_t bytes;  // of the whole head with its empty line; 0: not all there
  };

  /// REQUIRES: received begins with what it began with in the last call.
  [[nodiscard]] Result scan(std::string_view received) noexcept;
  void restart() noexcept { *this = {}; }

 private:
  std::size_t scanned_ = 0;
  bool has_line_ = false;
};

/// What the endpoint needs to know of a request.
struct RequestHead {
  std::string target;
  std::string accept;                           // all fields of that name, as one list
  std::string accept_encoding;                  // likewise
  std::chrono::milliseconds scrape_timeout{0};  // what the scraper said it will wait; 0: nothing, or nonsense
  bool is_head = false;
  bool is_http_1_0 = false;
  bool keep_alive = false;
};

/// Parses a head that HeadScanner found whole. 200, or the status that refuses it: 400, 405, 413, 414, 431, 505.
[[nodiscard]] int parse_request(std::string_view head, RequestHead& request);

}  // namespace vitals::detail
