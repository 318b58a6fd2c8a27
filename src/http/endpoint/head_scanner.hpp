#pragma once

#include <cstddef>
#include <string_view>

namespace vitals::detail {

inline constexpr std::size_t kMaxHeadBytes = 8192;
inline constexpr std::size_t kMaxTarget = 2048;

// Watches a request's head arrive, and refuses it as soon as it can't become a good one: neither garbage nor an endless
// line waits for a deadline, whatever the parser behind it would make of them.
class HeadScanner {
 public:
  struct Result {
    int status;         // 0, or what to answer at once: 400, 414, 431
    std::size_t bytes;  // of the whole head, from the empty lines before it to its own; 0: not all there
  };

  /// REQUIRES: received begins with what it began with in the last call.
  [[nodiscard]] Result scan(std::string_view received) noexcept;
  void restart() noexcept { *this = {}; }
  /// Whether scan() found more than empty lines.
  [[nodiscard]] bool has_begun() const noexcept { return has_begun_; }

 private:
  std::size_t begin_ = 0;  // of the request line
  std::size_t scanned_ = 0;
  std::size_t line_ = 0;  // where the line begins that is being read
  bool has_begun_ = false;
  bool has_line_ = false;
};

}  // namespace vitals::detail
