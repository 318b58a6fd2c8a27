#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace vitals::detail {

// The statuses whose counters each route and method keeps: those of the IANA registry, and 499, which vitals gives to a
// client that went away. The counters of others are looked up in the family each time, and are as exact.
inline constexpr std::uint16_t kKnownStatuses[] = {
    100, 101, 102, 103, 200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 307,
    308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 421,
    422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511};
inline constexpr std::size_t kStatusSlots = std::size(kKnownStatuses);

inline constexpr int kMinStatus = 100;
inline constexpr int kMaxStatus = 599;

/// From a status, less kMinStatus, to its slot; kStatusSlots if it has none.
inline constexpr auto kStatusSlot = [] {
  std::array<std::uint8_t, kMaxStatus - kMinStatus + 1> slots{};
  slots.fill(kStatusSlots);
  for (std::uint8_t i = 0; i < kStatusSlots; ++i) slots[kKnownStatuses[i] - kMinStatus] = i;
  return slots;
}();

}  // namespace vitals::detail
