#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitals::detail {

// Finds the bucket of a value by its binary exponent: one table look-up and, where there is about one bound per power
// of two, one or two comparisons that don't depend on the value. Shared by all series of a family: 4 KiB and the
// bounds.
class BucketIndex {
 public:
  /// REQUIRES: bounds ascending, finite, fewer than 65,536.
  explicit BucketIndex(std::span<const double> bounds);

  /// The number of bounds below v, which is the index of its bucket. REQUIRES: v is not NaN.
  [[nodiscard]] std::size_t operator()(double v) const noexcept {
    if (v < 0) [[unlikely]]
      return search(v);  // the table ignores the sign
    const std::size_t exponent = (std::bit_cast<std::uint64_t>(v) >> 52) & 2047;
    std::size_t i = first_[exponent];
    if (first_[exponent + 1] - i > kFew) [[unlikely]]
      return search(v);
    while (bounds_[i] < v) ++i;
    return i;
  }

  /// The bounds, without +Inf.
  [[nodiscard]] std::span<const double> bounds() const noexcept { return {bounds_.data(), bounds_.size() - 1}; }

 private:
  [[nodiscard]] std::size_t search(double v) const noexcept;

  static constexpr std::size_t kFew = 8;

  std::vector<double> bounds_;             // ends with +Inf
  std::array<std::uint16_t, 2049> first_;  // by biased exponent: the number of bounds below its smallest value
};

}  // namespace vitals::detail
