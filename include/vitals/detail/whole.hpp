#pragma once

#include <concepts>
#include <cstdint>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// Whether a whole number is one from 0 to 2^64 - 1. GNU dialects have integers of 128 bits.
template <std::integral T>
constexpr bool is_count(T n) noexcept {
  if constexpr (sizeof(T) > sizeof(std::uint64_t)) {
    return n >> 64 == 0;
  } else if constexpr (std::signed_integral<T>) {
    return n >= 0;
  } else {
    return true;
  }
}

/// The same for how often something is observed: counts of histograms end at 2^63, as a negative difference would be
/// more.
template <std::integral T>
constexpr bool is_times(T n) noexcept {
  return is_count(n) && static_cast<std::uint64_t>(n) >> 63 == 0;
}

}  // namespace vitals::detail
