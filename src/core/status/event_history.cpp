#include "core/status/event_history.hpp"

#include <algorithm>

namespace vitals::detail {

EventHistory::EventHistory(std::size_t counters, std::chrono::seconds interval, std::chrono::seconds longest)
    : counters_{counters} {
  // The fewest tiers. Two moments of each may be missing, as in one that has just passed some on; and as the clock is
  // coarse, those who add each interval may be early by some hundredths.
  std::size_t tiers = 1;
  const auto reach = [&] {
    per_tier_ = kMoments / tiers / 2 * 2;
    return interval * 0.97 * static_cast<double>((per_tier_ - 2) * ((std::size_t{1} << tiers) - 1));
  };
  while (reach() < longest) ++tiers;
  tiers_.resize(tiers);
  times_.resize(tiers * per_tier_);
  counts_.resize(times_.size() * counters_);
}

void EventHistory::add(std::int64_t time, std::span<const EventCounts> counts) noexcept {
  make_room(0);
  append(0, time, counts);
  newest_ = time;
}

void EventHistory::make_room(std::size_t tier) noexcept {
  Tier& full = tiers_[tier];
  if (full.size < per_tier_) return;
  if (tier + 1 < tiers_.size()) {
    make_room(tier + 1);
    append(tier + 1, times_[place(tier, 0)], counts_at(place(tier, 0)));
  }
  full.first = (full.first + 2) % per_tier_;
  full.size -= 2;
}

void EventHistory::append(std::size_t tier, std::int64_t time, std::span<const EventCounts> counts) noexcept {
  const std::size_t to = place(tier, tiers_[tier].size++);
  times_[to] = time;
  std::ranges::copy(counts, counts_.begin() + static_cast<std::ptrdiff_t>(to * counters_));
}

EventHistory::Moment EventHistory::at(std::int64_t time) const noexcept {
  std::size_t tier = 0;
  while (tier + 1 < tiers_.size() && tiers_[tier + 1].size > 0 && times_[place(tier, 0)] > time) ++tier;
  // How many of the tier are not later.
  std::size_t low = 0;
  for (std::size_t high = tiers_[tier].size; low < high;) {
    const std::size_t middle = (low + high) / 2;
    times_[place(tier, middle)] <= time ? low = middle + 1 : high = middle;
  }
  const std::size_t found = place(tier, low > 0 ? low - 1 : 0);
  return {times_[found], counts_at(found)};
}

}  // namespace vitals::detail
