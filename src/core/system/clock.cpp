#include <cstddef>
#include <ctime>
#include <new>

#include <vitals/clock.hpp>

namespace vitals {

namespace {

std::int64_t read(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t Clock::unix_nanos() const noexcept { return read(CLOCK_REALTIME); }
std::int64_t Clock::steady_nanos() const noexcept { return read(CLOCK_MONOTONIC_COARSE); }

const Clock& Clock::real() noexcept {
  alignas(Clock) static std::byte memory[sizeof(Clock)];
  static const Clock& clock = *new (memory) Clock;  // never destroyed: recording in static destructors may need it
  return clock;
}

}  // namespace vitals
