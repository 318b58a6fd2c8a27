#include "http/requests/request_clock.hpp"

#include <fstream>
#include <string>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace vitals::detail {
namespace {

#if defined(__x86_64__)

// Intel's manual, volume 3, 18.17.1, "Invariant TSC": CPUID 80000007H, EDX bit 8; AMD's volume 2, 13.2.4, alike.
bool has_invariant_tsc() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x8000'0007, &a, &b, &c, &d) != 0 && (d & (1U << 8U)) != 0;
}

bool kernel_trusts_tsc() {
  std::ifstream file{"/sys/devices/system/clocksource/clocksource0/current_clocksource"};
  std::string source;
  return std::getline(file, source) && source == "tsc";
}

struct Moment {
  std::int64_t nanos, ticks;
};

// Both clocks at the same moment: the try that was interrupted the least.
Moment both_now() {
  using Clock = std::chrono::steady_clock;
  Moment best{};
  std::int64_t shortest = INT64_MAX;
  for (int i = 0; i < 8; ++i) {
    const auto before = static_cast<std::int64_t>(__rdtsc());
    const std::int64_t nanos = Clock::now().time_since_epoch().count();
    const auto after = static_cast<std::int64_t>(__rdtsc());
    if (after - before >= shortest) continue;
    shortest = after - before;
    best = {nanos, before + (after - before) / 2};
  }
  return best;
}

// Exact to some parts in a million.
std::uint64_t measure_rate() {
  if (!has_invariant_tsc() || !kernel_trusts_tsc()) return 0;
  const Moment begin = both_now();
  std::this_thread::sleep_for(std::chrono::milliseconds{10});
  const Moment end = both_now();
  if (end.ticks <= begin.ticks || end.nanos <= begin.nanos) return 0;
  return static_cast<std::uint64_t>(static_cast<double>(end.nanos - begin.nanos) /
                                    static_cast<double>(end.ticks - begin.ticks) * 0x1p32);
}

#else

std::uint64_t measure_rate() { return 0; }

#endif

}  // namespace

RequestClock::RequestClock(HttpClock wanted) {
  if (wanted != HttpClock::Tsc) return;
  static const std::uint64_t rate = measure_rate();
  rate_ = rate;
}

}  // namespace vitals::detail
