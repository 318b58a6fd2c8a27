#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vitals::detail {

/// Eight bytes as a word, the first one lowest.
[[nodiscard]] inline std::uint64_t load_word(const char* from) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

/// The first eight bytes of a text, or all if there are fewer, as a word filled up with zeros.
[[nodiscard]] std::uint64_t first_word(std::string_view text) noexcept;

/// The segments of the path of a request's target, as they were sent: "%2F" and ".." are bytes like others, "//" counts
/// as "/", a last "/" doesn't count, the query and the fragment end it. Of "http://host/path" the path is "/path".
/// Cost: reads each byte once, eight at a time. No allocation. Lifetime: a view of the target.
class PathSegments {
 public:
  /// Longer paths are cut off there, so that no path takes long. Servers take no longer ones unless they are told to.
  static constexpr std::size_t kMaxPath = 8192;

  explicit PathSegments(std::string_view target) noexcept
      : PathSegments{target, target.starts_with('/') ? target.substr(1) : rest_of_path(target)} {}

  /// Whether the target has a path: not "*", nor "host:port", nor what doesn't begin with '/'. Empty is "/".
  [[nodiscard]] bool has_path() const noexcept { return next_ != nullptr; }
  /// Whether it ends where it was cut off. REQUIRES: the last segment was taken.
  [[nodiscard]] bool is_cut_off() const noexcept { return is_long_; }

  /// The next segment; empty at the end, and from then on.
  std::string_view take() noexcept;

  // What take() does step by step, for those who know what they look for. position() may be at a further '/', or at a
  // '?' or '#' behind a '/': the segment there is empty, and is left to take().

  [[nodiscard]] const char* position() const noexcept { return next_; }
  [[nodiscard]] bool is_at_end() const noexcept { return next_ == end_; }
  /// Of the target, at least those of the segment.
  [[nodiscard]] std::size_t bytes_left() const noexcept { return static_cast<std::size_t>(end_ - next_); }
  /// The eight bytes at position(), the first one lowest, those beyond the end zeros.
  [[nodiscard]] std::uint64_t word() const noexcept { return word_at(next_); }
  /// The size of the segment at position().
  [[nodiscard]] std::size_t segment_size() const noexcept {
    const char* at = next_;
    std::uint64_t ends = ends_at(at);
    for (; ends == 0; ends = ends_at(at)) at += 8;
    return static_cast<std::size_t>(at - next_) + static_cast<std::size_t>(std::countr_zero(ends)) / 8;
  }
  /// Goes behind the segment at position() if it has this size. REQUIRES: it has no smaller one.
  bool skip(std::size_t size) noexcept {
    const auto left = static_cast<std::size_t>(end_ - next_);
    if (size < left) {
      const char c = next_[size];
      if (c == '/') [[likely]] {
        next_ += size + 1;
        return true;
      }
      if (c != '?' && c != '#') return false;
      end_at(next_ + size);
      return true;
    }
    if (size != left) return false;
    next_ = end_;
    return true;
  }

 private:
  PathSegments(std::string_view target, std::string_view rest) noexcept
      : begin_{target.data()},
        next_{rest.data()},
        end_{rest.data() + std::min(rest.size(), kMaxPath)},
        is_long_{rest.size() > kMaxPath} {}

  // Behind the first '/' of the path of a target that doesn't begin with it. Null if there is no path.
  [[nodiscard]] static std::string_view rest_of_path(std::string_view target) noexcept;
  [[nodiscard]] static std::uint64_t last_word(const char* begin, const char* at, const char* end) noexcept;

  void end_at(const char* end) noexcept {
    next_ = end_ = end;
    is_long_ = false;
  }

  [[nodiscard]] std::uint64_t word_at(const char* at) const noexcept {
    return end_ - at >= 8 ? load_word(at) : last_word(begin_, at, end_);
  }

  // Has the highest bit of the first byte set that is '/', '?' or '#', or beyond the end; of later ones perhaps, since
  // a borrow may run into them. '/' and '?' differ in one bit.
  [[nodiscard]] std::uint64_t ends_at(const char* at) const noexcept {
    constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
    const auto zeros = [](std::uint64_t x) { return (x - kOnes) & ~x; };
    const std::uint64_t word = word_at(at);
    const std::uint64_t found = zeros((word | kOnes * 0x10) ^ kOnes * '?') | zeros(word ^ kOnes * '#');
    const std::ptrdiff_t left = end_ - at;
    return (found & kOnes * 0x80) | (left < 8 ? std::uint64_t{0x80} << (8 * left) : 0);
  }

  const char* begin_;  // of the target: bytes before the path may be read
  const char* next_;
  const char* end_;  // of the target, or of the path if that is known
  bool is_long_;     // the path goes on at end_
};

}  // namespace vitals::detail
