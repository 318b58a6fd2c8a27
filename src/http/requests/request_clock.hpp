#pragma once

#include <chrono>
#include <cstdint>

#include <time.h>

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
    return steady_now();
  }
  /// From one tick to another; zero if that is earlier, as between two CPUs it may seem by some nanoseconds.
  [[nodiscard]] std::chrono::nanoseconds between(std::int64_t begin, std::int64_t end) const noexcept {
    const std::uint64_t ticks = end > begin ? static_cast<std::uint64_t>(end - begin) : 0;
    if (rate_ == 0) return std::chrono::nanoseconds{ticks};
    __extension__ using Wide = unsigned __int128;
    return std::chrono::nanoseconds{static_cast<std::uint64_t>(Wide{ticks} * rate_ >> 32)};
  }
  /// From a tick until now.
  [[nodiscard]] std::chrono::nanoseconds since(std::int64_t begin) const noexcept { return between(begin, now()); }
  [[nodiscard]] bool is_tsc() const noexcept { return rate_ != 0; }

 private:
  // std::chrono::steady_clock::now(), which calls this.
  static std::int64_t steady_now() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }

  std::uint64_t rate_ = 0;  // nanoseconds per count, times 2^32; 0: the steady clock
};

}  // namespace vitals::detail
