#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/detail/bucket_index.hpp>
#include <vitals/detail/cells.hpp>
#include <vitals/detail/whole.hpp>
#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/timer.hpp>

namespace vitals {

namespace detail {
struct Access;
struct ExemplarSlots;
struct HistogramExtras;
}  // namespace detail

/// What a histogram held at one moment.
/// A plain value. count() is the sum of the buckets, always.
class HistogramSnapshot {
 public:
  HistogramSnapshot(std::vector<double> bounds, std::vector<std::uint64_t> counts, double sum,
                    NativeBuckets native = {});

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double sum() const noexcept { return sum_; }
  /// The q-quantile, by interpolation inside its bucket, as Prometheus's histogram_quantile; NaN if empty or if q is
  /// outside [0, 1]. From native buckets if there are any, on a logarithmic scale (in that of zero: linear); else
  /// linearly, and a rank in the last bucket gives the largest finite bound. For q = 0 it is where the first bucket
  /// that holds something begins, also where Prometheus has NaN because others before it are empty.
  [[nodiscard]] double quantile(double q) const noexcept;
  /// The upper bounds, without +Inf.
  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }
  /// Observations per bucket, not cumulative; one more than bounds(), the last for +Inf.
  [[nodiscard]] std::span<const std::uint64_t> counts() const noexcept { return counts_; }
  /// Not present, if the histogram has none.
  [[nodiscard]] const NativeBuckets& native() const noexcept { return native_; }

 private:
  std::vector<double> bounds_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t count_;
  double sum_;
  NativeBuckets native_;
};

/// A distribution of values over buckets, with their sum.
/// Thread-safe: any member from any thread, recording from signal handlers too; it takes no lock.
/// Cost: observe() a table look-up and one store of a count and its sum, whatever the number of bounds (a binary search
/// where more than six of them lie closer together than 2^-12 of their size, or below zero), and no cache line that
/// another CPU writes. 32 bytes and 16 per bucket, and as much per bucket and CPU once it is spread: from birth without
/// labels, as one of a family when it is hot; until then observe() is one locked instruction.
/// With native buckets (Native), observe() costs about 2 ns more, 4 with both kinds, and a bucket met for the first
/// time some 100 ns, seldom µs. Memory is 496 bytes for the first 12 buckets met and that of zero among them, then 64
/// and 20 per place of tables of 64 and 256, less than three quarters full; 16 per place and CPU once spread. At most
/// 14 tables of 5.2 kB, where values of every size make the resolution fall to the last.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry, after the series was removed too.
class Histogram {
 public:
  Histogram(const Histogram&) = delete;  // keep a reference: auto& h = registry.histogram(…)
  Histogram& operator=(const Histogram&) = delete;

  /// Records v. NaN is dropped and counted in vitals_invalid_updates_total.
  void observe(double v) noexcept {
    if (detail::is_nan(v)) [[unlikely]]
      return detail::drop_update();
    const std::uintptr_t layout = layout_;  // read once: where the series was removed it may become 0 at any moment
    if (!is_index(layout)) [[unlikely]]
      return observe_with_extras(v);
    const std::size_t bucket = index_at(layout)(v);
    if (!detail::add_pair(head_, bucket * sizeof(detail::PairCell), v)) [[unlikely]]
      observe_slow(bucket, v);
  }
  /// Records a duration in seconds.
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> elapsed) noexcept {
    observe(std::chrono::duration<double>(elapsed).count());
  }

  /// Records v n times, at the price of once: what was counted elsewhere. The sum grows by n * v as one double; n of 0
  /// does nothing, one that is negative or 2^63 and more is dropped and counted, as NaN is. One locked instruction on
  /// memory that all threads share, also where observe(v) takes none.
  template <std::integral T>
  void observe(double v, T n) noexcept {
    if (!detail::is_times(n)) [[unlikely]]
      return detail::drop_update();
    observe_many(v, static_cast<std::uint64_t>(n));
  }
  template <class Rep, class Period, std::integral T>
  void observe(std::chrono::duration<Rep, Period> elapsed, T n) noexcept {
    observe(std::chrono::duration<double>(elapsed).count(), n);
  }

  /// The same as observe(v) with an exemplar, of which each bucket shows the newest: observe(0.2, {{"trace_id", id}}).
  /// Observes in any case; the exemplar is left out if another thread writes one at that moment. Costs some 100 ns, and
  /// 128 bytes per bucket from the first on.
  void observe(double v, ExemplarLabels exemplar) noexcept;
  template <class Rep, class Period>
  void observe(std::chrono::duration<Rep, Period> elapsed, ExemplarLabels exemplar) noexcept {
    observe(std::chrono::duration<double>(elapsed).count(), exemplar);
  }

  /// Observes, when the result dies, the time since this call.
  [[nodiscard("it observes at its end: keep it in a variable")]] Timer time() noexcept { return Timer{*this}; }

  /// Every observation that happened before this call, and perhaps some that overlap it; count() and sum() are of the
  /// same observations (docs/concurrency.md says where they can differ).
  [[nodiscard]] HistogramSnapshot snapshot() const;

 private:
  friend detail::Access;

  explicit Histogram(const detail::BucketIndex& index) noexcept
      : layout_{reinterpret_cast<std::uintptr_t>(&index) + 1} {}
  explicit Histogram(detail::HistogramExtras& extras) noexcept : layout_{reinterpret_cast<std::uintptr_t>(&extras)} {}

  void observe_slow(std::size_t bucket, double v) noexcept;
  void observe_many(double v, std::uint64_t n) noexcept;
  void observe_with_extras(double v) noexcept;
  void observe_with_exemplars(const detail::HistogramExtras& extras, double v) noexcept;

  [[nodiscard]] static bool is_index(std::uintptr_t layout) noexcept { return (layout & 1) != 0; }
  [[nodiscard]] static const detail::BucketIndex& index_at(std::uintptr_t layout) noexcept {
    return *reinterpret_cast<const detail::BucketIndex*>(layout - 1);
  }
  // Null: there is none.
  [[nodiscard]] const detail::BucketIndex* index() const noexcept {
    const std::uintptr_t layout = layout_;
    return is_index(layout) ? &index_at(layout) : nullptr;
  }
  [[nodiscard]] const detail::HistogramExtras* extras() const noexcept {
    const std::uintptr_t layout = layout_;
    return is_index(layout) ? nullptr : reinterpret_cast<const detail::HistogramExtras*>(layout);
  }
  // The buckets follow the object in memory: one pair of a count and a sum for each, the last for +Inf.
  [[nodiscard]] detail::PairCell* own() const noexcept {
    return reinterpret_cast<detail::PairCell*>(const_cast<Histogram*>(this) + 1);
  }

  alignas(16) detail::CellHead head_;
  // Odd: one more than the address of its index. Even: that of its extras (native buckets, automatic exemplars), which
  // have the index. 0: the series is long removed.
  std::uintptr_t layout_;
  std::atomic<detail::ExemplarSlots*> exemplars_{nullptr};
};

}  // namespace vitals
