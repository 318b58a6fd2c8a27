#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <vitals/detail/abi.hpp>
#include <vitals/detail/cells.hpp>
#include <vitals/detail/whole.hpp>
#include <vitals/timer.hpp>

namespace vitals {

namespace detail {
struct Access;
}

/// What a summary exposes. Checked when it is registered.
struct SummaryOptions {
  /// From 0 to 1, ascending. May be empty: sum and count only.
  std::vector<double> quantiles = {0.5, 0.9, 0.95, 0.99};
  /// Quantiles are of what was observed in the last `window`, give or take a slice. 10 ms per slice to a year.
  std::chrono::nanoseconds window = std::chrono::seconds{60};
  /// In how many steps the window moves: quantiles cover the current slice and the slices - 1 before it. 2 to 60.
  std::size_t slices = 6;

  friend bool operator==(const SummaryOptions&, const SummaryOptions&) = default;
};

/// What a summary held at one moment. A plain value.
class SummarySnapshot {
 public:
  struct Bucket {
    double value;
    std::uint64_t count;
  };

  /// REQUIRES: the buckets of the window, by ascending value.
  SummarySnapshot(std::uint64_t count, double sum, std::vector<Bucket> window);

  /// Since the beginning, as sum().
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] double sum() const noexcept { return sum_; }
  /// Observations in the window, which quantile() is of.
  [[nodiscard]] std::uint64_t window_count() const noexcept { return window_count_; }
  /// The observation of rank ceil(q * window_count()), to within Summary's error; NaN if the window is empty or q
  /// outside [0, 1].
  [[nodiscard]] double quantile(double q) const noexcept;

 private:
  std::uint64_t count_;
  double sum_;
  std::uint64_t window_count_;
  std::vector<Bucket> window_;
};

/// Quantiles over a sliding window, with the sum and the count of all. Those of several instances can't be joined:
/// where there is more than one, prefer a Histogram.
/// Thread-safe: any member from any thread, recording from signal handlers too; it takes no lock.
/// Error: a quantile is off by at most 0.55 % of its value (subnormal values count as 0). By twice that for each
/// halving of resolution, which comes once values have met more than 1,500 buckets of that width: 23 octaves in full.
/// Cost: observe() a read of the coarse clock, an index and one store of a count and its sum. Once per slice an
/// observe() copies the counts: some µs per 1,000 buckets met, times the CPUs. A series takes 1.3 kB for the first 12
/// buckets met, then 20 bytes and 8 per slice for each place of tables that are less than three quarters full, at
/// most 140 kB for each resolution (6 slices), and 16 bytes per place and CPU once it is spread: from birth without
/// labels, as one of a family when it is hot.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry, after the series was removed too.
class Summary {
 public:
  Summary(const Summary&) = delete;  // keep a reference: auto& s = registry.summary(…)
  Summary& operator=(const Summary&) = delete;

  /// Records v. NaN is dropped and counted in vitals_invalid_updates_total.
  void observe(double v) noexcept;
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

  /// Observes, when the result dies, the time since this call.
  [[nodiscard("it observes at its end: keep it in a variable")]] SummaryTimer time() noexcept {
    return SummaryTimer{*this};
  }

  /// Every observation that happened before this call, and perhaps some that overlap it; count() and sum() are of the
  /// same observations.
  [[nodiscard]] SummarySnapshot snapshot() const;

 private:
  void observe_many(double v, std::uint64_t n) noexcept;

 protected:
  // Its numbers are those of the class that the library derives.
  Summary() noexcept = default;
  ~Summary() = default;
};

}  // namespace vitals
