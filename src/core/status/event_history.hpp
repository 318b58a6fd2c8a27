#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitals::detail {

/// Events, and those of them that were bad.
struct EventCounts {
  std::uint64_t events = 0;
  std::uint64_t bad = 0;

  bool operator==(const EventCounts&) const = default;
};

/// What several counters were at moments of the past, in memory that doesn't grow: the older, the fewer moments. For
/// one thread at a time.
///
/// Moments lie in tiers of equal size. When one is full, the oldest of its moments moves to the next tier and the
/// second oldest is dropped, so that in each the moments are twice as far apart as in the one before. A moment t that
/// is asked for is thus found to within the interval, or to within 2 / (moments in a tier - 2) of its age: 1.5 % for a
/// window of 30 days, 3 % at most.
class EventHistory {
 public:
  /// Bytes for each counter, 24 if there is only one.
  static constexpr std::size_t kMoments = 1280;

  /// Keeps what is as old as `longest` if moments are added each `interval`, or seldomer. REQUIRES: both from 1 s, and
  /// `longest` at most a few years.
  EventHistory(std::size_t counters, std::chrono::seconds interval, std::chrono::seconds longest);

  struct Moment {
    std::int64_t time;
    std::span<const EventCounts> counts;
  };

  /// REQUIRES: later than newest(), and as many counts as there are counters.
  void add(std::int64_t time, std::span<const EventCounts> counts) noexcept;
  /// The last one that is not later than that time; if all are, the oldest. REQUIRES: one was added.
  [[nodiscard]] Moment at(std::int64_t time) const noexcept;
  [[nodiscard]] std::int64_t newest() const noexcept { return newest_; }

 private:
  // A ring of places first, first + 1, … of its own.
  struct Tier {
    std::size_t first = 0;
    std::size_t size = 0;
  };

  [[nodiscard]] std::size_t place(std::size_t tier, std::size_t i) const noexcept {
    return tier * per_tier_ + (tiers_[tier].first + i) % per_tier_;
  }
  void make_room(std::size_t tier) noexcept;
  void append(std::size_t tier, std::int64_t time, std::span<const EventCounts> counts) noexcept;
  [[nodiscard]] std::span<const EventCounts> counts_at(std::size_t place) const noexcept {
    return {counts_.data() + place * counters_, counters_};
  }

  std::size_t counters_;
  std::size_t per_tier_ = 0;  // even
  std::int64_t newest_ = 0;
  std::vector<Tier> tiers_;
  std::vector<std::int64_t> times_;  // by place, as the next one
  std::vector<EventCounts> counts_;
};

}  // namespace vitals::detail
