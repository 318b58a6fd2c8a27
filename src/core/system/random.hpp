#pragma once

#include <chrono>
#include <cstdint>

namespace vitals::detail {

/// The clock's nanoseconds, mixed (splitmix64). Has no state, no lock and no seed.
inline std::uint64_t random_number(std::chrono::steady_clock::time_point now) noexcept {
  auto x = static_cast<std::uint64_t>(now.time_since_epoch().count()) + 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// A number in [0, 1), for jitter.
inline double jitter_unit(std::chrono::steady_clock::time_point now) noexcept {
  return static_cast<double>(random_number(now) >> 11U) * 0x1p-53;
}

}  // namespace vitals::detail
