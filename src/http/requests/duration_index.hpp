#pragma once

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/detail/cells.hpp>
#include <vitals/histogram.hpp>

#include "core/instruments/access.hpp"

namespace vitals::detail {

// A duration, not negative, and its bin, of which there are 16 for each power of two: one for all histograms.
struct BinnedDuration {
  explicit BinnedDuration(std::chrono::nanoseconds duration) noexcept
      : nanos{static_cast<std::uint64_t>(duration.count() > 0 ? duration.count() : 0)} {
    const std::uint64_t at_least_16 = nanos | 16U;
    const auto shift = static_cast<unsigned>(std::bit_width(at_least_16)) - 5;
    bin = (at_least_16 >> shift) + std::uint64_t{16} * shift - 16;
    seconds = static_cast<double>(static_cast<std::int64_t>(nanos)) / 1e9;
  }

  std::uint64_t nanos;
  std::uint64_t bin;
  double seconds;  // here, since compilers divide once for each histogram else
};

// The bucket of a duration in a histogram of seconds, found by its nanoseconds: what Histogram::observe() does, but for
// one kind of value, with one table look-up and one comparison, since a request's end waits for it. Immutable.
class DurationIndex {
 public:
  /// For a histogram with these bounds, in seconds. Where two of them are so close together that one bin has both, its
  /// durations are left to the histogram. It fits none that has more than 4095 bounds.
  explicit DurationIndex(std::span<const double> bounds);

  /// Where the pair of its bucket lies, in bytes; kNowhere: only the histogram can tell.
  [[nodiscard]] std::size_t offset(const BinnedDuration& duration) const noexcept {
    const std::uint64_t entry = bins_[duration.bin];
    if (entry == kLeft) [[unlikely]]
      return kNowhere;
    return ((entry & kCount) + (duration.nanos << kCountBits > entry ? 1U : 0U)) * sizeof(PairCell);
  }
  static constexpr std::size_t kNowhere = ~std::size_t{0};

  /// The same as histogram.observe(duration). REQUIRES: fits(histogram).
  void observe(Histogram& histogram, const BinnedDuration& duration) const noexcept {
    const std::size_t at = offset(duration);
    if (at == kNowhere || !add_pair(Access::head(histogram), at, duration.seconds)) [[unlikely]]
      histogram.observe(std::chrono::nanoseconds{duration.nanos});
  }
  /// Whether it is the index of this histogram.
  [[nodiscard]] bool fits(const Histogram& histogram) const noexcept;

 private:
  static constexpr unsigned kCountBits = 12;
  static constexpr std::uint64_t kCount = (1U << kCountBits) - 1;
  static constexpr std::uint64_t kMaxNanos = (std::uint64_t{1} << (63 - kCountBits)) - 1;  // 26 days: its bits fit
  static constexpr std::uint64_t kLeft = ~std::uint64_t{0};                                // more than any other entry

  void fill();

  std::vector<double> bounds_;
  // By bin: the bound inside, in nanoseconds, above the number of bounds before it; or kLeft: the histogram finds the
  // bucket, since several bounds are inside, or durations are above kMaxNanos.
  std::vector<std::uint64_t> bins_;
};

// A histogram of seconds, with its index if it has one.
struct DurationHistogram {
  Histogram* histogram = nullptr;
  const DurationIndex* index = nullptr;

  DurationHistogram() = default;
  /// REQUIRES: the index lives as long.
  DurationHistogram(Histogram& of, const DurationIndex& by) noexcept : DurationHistogram{of, by, by.fits(of)} {}
  /// The same where it is known whether the index fits.
  DurationHistogram(Histogram& of, const DurationIndex& by, bool fits) noexcept
      : histogram{&of}, index{fits ? &by : nullptr} {}

  void observe(const BinnedDuration& duration) const noexcept {
    if (index != nullptr) [[likely]]
      return index->observe(*histogram, duration);
    histogram->observe(std::chrono::nanoseconds{duration.nanos});
  }
};

}  // namespace vitals::detail
