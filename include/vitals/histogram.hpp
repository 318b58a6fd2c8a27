#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/detail/bucket_index.hpp>
#include <vitals/detail/cells.hpp>
#include <vitals/timer.hpp>

namespace vitals {

namespace detail {
struct Access;
}

/// What a histogram held at one moment.
/// A plain value. count() is the sum of the buckets, always; sum() is read last: it may lack what was in flight,
/// and include what was observed between the two reads.
class HistogramSnapshot {
 public:
  HistogramSnapshot(std::vector<double> bounds, std::vector<std::uint64_t> counts, double sum);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double sum() const noexcept { return sum_; }
  /// The q-quantile, by linear interpolation inside its bucket, as Prometheus's histogram_quantile; NaN if empty or if
  /// q is outside [0, 1]. A rank in the last bucket gives the largest finite bound.
  [[nodiscard]] double quantile(double q) const noexcept;
  /// The upper bounds, without +Inf.
  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
  /// Observations per bucket, not cumulative; one more than bounds(), the last for +Inf.
  [[nodiscard]] std::span<const std::uint64_t> counts() const noexcept { return counts_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_;
  double sum_;
};

/// A distribution of values over buckets, with their sum.
/// Thread-safe: any member from any thread or signal handler; recording takes no lock.
/// Cost: observe() a table look-up and two additions, whatever the number of bounds (a binary search where more than
/// eight of them lie within a power of two), and no cache line that another CPU writes;
/// 8 bytes per bucket and CPU, and 8 for the sum.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry.
class Histogram {
 public:
  Histogram(const detail::BucketIndex& index, std::byte* cells) noexcept : index_{&index}, cells_{cells} {}
  Histogram(const Histogram&) = delete;
  Histogram& operator=(const Histogram&) = delete;

  /// Records v. NaN is dropped and counted in vitals_invalid_updates_total.
  void observe(double v) noexcept {
    if (v != v) [[unlikely]]
      return detail::drop_update();
    detail::add(cells_ + sizeof(double) * (1 + (*index_)(v)), std::uint64_t{1});
    detail::add(cells_, v);
  }
  /// Records a duration in seconds.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> elapsed) noexcept {
    observe(std::chrono::duration<double>(elapsed).count());
  }

  /// Observes, when the result dies, the time since this call.
  [[nodiscard]] Timer time() noexcept { return Timer{*this}; }

  /// Every observation that happened before this call, and perhaps some that overlap it.
  [[nodiscard]] HistogramSnapshot snapshot() const;

 private:
  friend detail::Access;

  const detail::BucketIndex* index_;
  std::byte* cells_;  // the sum (double), then a count (u64) per bucket
};

inline void Timer::stop() noexcept {
  if (histogram_ != nullptr) std::exchange(histogram_, nullptr)->observe(elapsed());
}

}  // namespace vitals
