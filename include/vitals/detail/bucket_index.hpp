#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// Finds the bucket of a value from the first bits of its binary form, exponent and some of the mantissa: they choose a
/// bin, which knows how many bounds lie below it; bins are so narrow that one bound, seldom more, lies inside, with
/// which the value is compared. No branch depends on the value. Shared by the series of a family that have these
/// bounds: at most 4 KiB and the bounds.
class BucketIndex {
 public:
  /// REQUIRES: bounds ascending, finite, fewer than 65,536, at least one.
  explicit BucketIndex(std::span<const double> bounds);

  /// The number of bounds below v, which is the index of its bucket. REQUIRES: v is not NaN.
  [[nodiscard]] std::size_t operator()(double v) const noexcept {
    if (compares_ > kMaxCompares) [[unlikely]]
      return search(v);
    // Ascends with v from 0 on; negative values, whose first bit is set, go to the first bin, where all bounds are.
    std::int64_t bin = (std::bit_cast<std::int64_t>(v) >> shift_) - first_bin_;
    bin = bin < 0 ? 0 : bin;
    bin = bin > last_bin_ ? last_bin_ : bin;
    std::size_t i = below_[static_cast<std::size_t>(bin)];
    for (unsigned n = compares_; n > 0; --n) i += bounds_[i] < v;
    return i;
  }

  /// The bounds, without +Inf.
  [[nodiscard]] std::span<const double> bounds() const noexcept { return {bounds_.data(), count_}; }

 private:
  [[nodiscard]] std::size_t search(double v) const noexcept;
  [[nodiscard]] bool fill(int shift);

  static constexpr unsigned kMaxCompares = 6;
  static constexpr std::int64_t kMaxBins = 2048;

  unsigned compares_ = kMaxCompares + 1;  // the most bounds in a bin; beyond kMaxCompares there are no bins
  int shift_ = 0;
  std::int64_t first_bin_ = 0;
  std::int64_t last_bin_ = 0;
  std::vector<std::uint16_t> below_;  // by bin: the number of bounds in the bins before it
  std::vector<double> bounds_;        // ends with as many +Inf as a value may be compared with
  std::size_t count_;
};

}  // namespace vitals::detail
