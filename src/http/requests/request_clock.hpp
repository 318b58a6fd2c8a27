#pragma once

#include <chrono>
#include <cstdint>

#include <vitals/http/http_options.hpp>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace vitals::detail {

// What requests are timed by: the steady clock, or the CPU's time stamp counter. Immutable, a plain value.
class RequestClock {
 public:
  /// HttpClock::Tsc only where it can be trusted: the counter runs at a constant rate in all power states, and the
  /// kernel, which watches that all CPUs agree, takes its own time from it. Measures the counter's rate for 10 ms, once
  /// in the process.
  explicit RequestClock(HttpClock wanted);

  /// Ticks: nanoseconds of the steady clock, or counts.
  [[nodiscard]] std::int64_t now() const noexcept {
#if defined(__x86_64__)
    if (rate_ != 0) return static_cast<std::int64_t>(__rdtsc());
#endif
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }
  /// From one tick to another; zero if that is earlier, as between two CPUs it may seem by some nanoseconds.
  [[nodiscard]] std::chrono::nanoseconds between(std::int64_t begin, std::int64_t end) const noexcept {
    const std::int64_t ticks = end - begin;
    if (rate_ == 0 || ticks <= 0) return std::chrono::nanoseconds{ticks > 0 ? ticks : 0};
    __extension__ using Wide = unsigned __int128;
    return std::chrono::nanoseconds{static_cast<std::int64_t>((Wide(static_cast<std::uint64_t>(ticks)) * rate_) >> 32)};
  }
  [[nodiscard]] bool is_tsc() const noexcept { return rate_ != 0; }

 private:
  std::uint64_t rate_ = 0;  // nanoseconds per count, times 2^32; 0: the steady clock
};

}  // namespace vitals::detail
