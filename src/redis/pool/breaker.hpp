#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/system/turns.hpp"

namespace vitals {
class Gauge;
}

namespace vitals::detail {

/// Keeps calls away from a Redis that is down. Opens after `threshold` connection failures in a row; then one caller at
/// a time may try, after a pause that doubles from 50 ms to `retry_max`, each drawn at random from [0, pause].
/// Thread-safe, no locks. allow() on a closed breaker is one relaxed load.
class Breaker {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Permit { Denied, Normal, Probe };

  static constexpr std::chrono::milliseconds kRetryMin{50};

  /// `state` shows what the breaker does: 0 closed, 1 open, 2 half open.
  Breaker(unsigned threshold, std::chrono::milliseconds retry_max, Gauge& state) noexcept;

  Permit allow(Clock::time_point now) noexcept {
    const std::int64_t retry_at = retry_at_.load(std::memory_order_relaxed);
    if (retry_at == kClosed) [[likely]]
      return Permit::Normal;
    return try_probe(retry_at, now);
  }
  /// True if this success closed the breaker.
  bool succeeded() noexcept {
    // It may be open without failures: where a success came between the last of them and the opening.
    if (failures_.load(std::memory_order_relaxed) == 0 && !is_open()) [[likely]]
      return false;
    return close();
  }
  /// True if this failure opened the breaker.
  bool failed(Permit permit, Clock::time_point now) noexcept;
  [[nodiscard]] bool is_open() const noexcept { return retry_at_.load(std::memory_order_relaxed) != kClosed; }

 private:
  static constexpr std::int64_t kClosed = 0;
  // A probe that never reports, because its caller found the pool busy, say, is given up after this time.
  static constexpr std::chrono::milliseconds kProbeTime{500};

  Permit try_probe(std::int64_t retry_at, Clock::time_point now) noexcept;
  /// True if it was closed.
  bool reopen(unsigned pauses, Clock::time_point now) noexcept;
  void show() noexcept;
  bool close() noexcept;

  const unsigned threshold_;
  const std::chrono::milliseconds retry_max_;
  Gauge& state_;

  // Relaxed, all three: they publish no other memory. Interleaved updates can at worst let a probe through early or
  // late; the next success or failure sets it right. Only a caller that wins the exchange of retry_at_ probes.
  std::atomic<std::int64_t> retry_at_{kClosed};  // ns of the steady clock; odd while a caller probes
  std::atomic<unsigned> failures_{0};            // in a row
  std::atomic<unsigned> pauses_{0};              // since it opened
  Turns shows_;
};

}  // namespace vitals::detail
