#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

#include <vitals/detail/abi.hpp>
#include <vitals/detail/cells.hpp>

namespace vitals {

namespace detail {
struct Access;
struct PeakWindow;
}  // namespace detail

struct PeakOptions {
  /// How long a peak is shown at least, and half of how long at most where it is read often (a window ends when it is
  /// read): longer than the scrape interval. By the registry's clock.
  std::chrono::nanoseconds window = std::chrono::seconds{60};

  friend bool operator==(const PeakOptions&, const PeakOptions&) = default;
};

/// The greatest value of the last one to two windows, exposed as a gauge: what a gauge that is scraped now and then
/// misses. Windows end when they are read, so each of several scrapers sees a peak, and none is lost while nobody
/// reads. NaN when there was no value in that time, or none above -Inf. Thread-safe: any member from any thread or
/// signal handler, no locks. Cost: observe() one read where the peak stays, else one compare-and-swap. 40 bytes.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry, after the series was removed too.
class PeakGauge {
 public:
  PeakGauge(const PeakGauge&) = delete;  // keep a reference: auto& g = registry.peak_gauge(…)
  PeakGauge& operator=(const PeakGauge&) = delete;

  /// Takes v into account. NaN is dropped and counted in vitals_invalid_updates_total.
  void observe(double v) noexcept {
    if (v > current_.load(std::memory_order_relaxed) || detail::is_nan(v)) [[unlikely]]
      raise(v);
  }
  /// The same, for who has a gauge that is set.
  void set(double v) noexcept { observe(v); }

  [[nodiscard]] double value() const noexcept;

 private:
  friend detail::Access;
  static constexpr double kNone = -std::numeric_limits<double>::infinity();

  explicit PeakGauge(const detail::PeakWindow& window) noexcept;

  void raise(double v) noexcept;
  void turn() const noexcept;

  const detail::PeakWindow* window_;  // the family's; null: the series is long removed
  // A peak is always in one of the two: turn() copies the current one to `previous_` before it empties `current_`. So
  // the emptying is a release and reading it an acquire.
  mutable std::atomic<double> current_{kNone};
  mutable std::atomic<double> previous_{kNone};
  mutable std::atomic<std::int64_t> start_{0};  // steady time; written by who holds turning_
  mutable std::atomic<bool> turning_{false};    // acquire, release; nobody waits for it
};

}  // namespace vitals
