#pragma once

#include <atomic>
#include <utility>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Gauge;

/// A gauge raised by 1 for as long as this lives: Gauge::track().
/// Move-only; lowers the gauge exactly once. Must not outlive the gauge's registry.
class InProgress {
 public:
  explicit InProgress(Gauge& gauge) noexcept;
  InProgress(InProgress&& other) noexcept : gauge_{std::exchange(other.gauge_, nullptr)} {}
  InProgress& operator=(InProgress&& other) noexcept;
  ~InProgress() { release(); }

 private:
  void release() noexcept;

  Gauge* gauge_;
};

/// A value that goes up and down.
/// Thread-safe: any member from any thread or signal handler, no locks.
/// Cost: set() and value() a plain access; add() and its kin one compare-and-swap, more when threads contend. 8 bytes.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry, after the series was removed too.
class Gauge {
 public:
  Gauge() = default;
  Gauge(const Gauge&) = delete;  // keep a reference: auto& g = registry.gauge(…)
  Gauge& operator=(const Gauge&) = delete;

  /// Sets the value; NaN and infinities are allowed.
  void set(double v) noexcept { value_.store(v, std::memory_order_relaxed); }
  /// Seconds since the Unix epoch, now: for `…_timestamp_seconds`, the time of the last success and the like.
  void set_to_current_time() noexcept;
  void inc() noexcept { add(1); }
  void dec() noexcept { add(-1); }
  /// Adds v, which may be negative. NaN is dropped and counted in vitals_invalid_updates_total.
  void add(double v) noexcept;
  void sub(double v) noexcept { add(-v); }
  /// Raises the value to v, or lowers it, if it is not there yet: the most and the least since the last set().
  /// One read where nothing changes. NaN is dropped and counted.
  void set_max(double v) noexcept;
  void set_min(double v) noexcept;

  /// Adds 1 now and takes it away when the result dies.
  [[nodiscard("its end lowers the gauge again: keep it in a variable")]] InProgress track() noexcept {
    return InProgress{*this};
  }

  [[nodiscard]] double value() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  // One shared cell: a set() could not be ordered against increments in other cells. Relaxed: the value publishes
  // nothing else.
  std::atomic<double> value_{0};
};

inline InProgress::InProgress(Gauge& gauge) noexcept : gauge_{&gauge} { gauge.inc(); }
inline void InProgress::release() noexcept {
  if (gauge_ != nullptr) std::exchange(gauge_, nullptr)->dec();
}
inline InProgress& InProgress::operator=(InProgress&& other) noexcept {
  if (this != &other) {
    release();
    gauge_ = std::exchange(other.gauge_, nullptr);
  }
  return *this;
}

}  // namespace vitals
