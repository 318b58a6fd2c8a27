#include "core/exemplars/exemplar_slots.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace vitals::detail {

namespace {

constexpr UnixNanos kMaxAge = 300'000'000'000;

struct Seen {
  double place;  // on the scale
  UnixNanos timestamp;
  std::size_t slot;
};

// Logarithmic except around zero; negative values are the mirror image of positive ones.
double on_scale(double v) noexcept { return std::asinh(v * 0x1p40); }

// Of the two that are nearest to each other, the slot of the older. The new one has the latest timestamp of all.
std::size_t nearest(std::span<const Seen> seen) noexcept {
  double least = std::numeric_limits<double>::infinity();
  std::size_t slot = seen.front().slot;
  for (std::size_t i = 1; i < seen.size(); ++i) {
    for (const Seen& other : seen.first(i)) {
      const double distance = std::abs(seen[i].place - other.place);
      if (!(distance < least)) continue;
      least = distance;
      slot = (other.timestamp < seen[i].timestamp ? other : seen[i]).slot;
    }
  }
  return slot;
}

}  // namespace

std::size_t ExemplarSlots::place_for(std::size_t n, double value, UnixNanos now) noexcept {
  std::array<Seen, kSlotsByValue + 1> seen{};
  n = std::min(n, kSlotsByValue);
  std::size_t oldest = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const ExemplarSlot& slot = begin()[i];
    if (!slot.filled.load(std::memory_order_relaxed)) return i;
    seen[i] = {on_scale(slot.value.load(std::memory_order_relaxed)), slot.timestamp.load(std::memory_order_relaxed), i};
    if (seen[i].timestamp < seen[oldest].timestamp) oldest = i;
  }
  if (now - seen[oldest].timestamp > kMaxAge) return oldest;
  constexpr auto kLatest = std::numeric_limits<UnixNanos>::max();
  seen[n] = {on_scale(value), kLatest, oldest};
  return nearest(std::span{seen}.first(n + 1));
}

}  // namespace vitals::detail
