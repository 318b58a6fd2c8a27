#include "core/status/event_history.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

// What the history may forget, in full.
struct Everything {
  std::vector<std::int64_t> times;
  std::vector<EventCounts> counts;

  void add(std::int64_t time, const EventCounts& total) {
    times.push_back(time);
    counts.push_back(total);
  }
  // The last one that is not later, or the first.
  [[nodiscard]] std::size_t at(std::int64_t time) const {
    const auto after = std::ranges::upper_bound(times, time) - times.begin();
    return after > 0 ? static_cast<std::size_t>(after - 1) : 0;
  }
};

void add_to_both(EventHistory& history, Everything& all, std::int64_t time, std::uint64_t n) {
  const std::array counts{EventCounts{n, n / 3}};
  history.add(time, counts);
  all.add(time, counts[0]);
}

TEST(EventHistory, FindsTheLastMomentThatIsNotLater) {
  EventHistory history{2, 60s, 30min};
  const std::array first{EventCounts{1, 0}, EventCounts{10, 1}};
  const std::array second{EventCounts{2, 0}, EventCounts{20, 2}};
  history.add(100, first);
  history.add(200, second);

  EXPECT_EQ(history.newest(), 200);
  for (const auto& [asked, found] : std::vector<std::pair<std::int64_t, std::int64_t>>{
           {99, 100}, {100, 100}, {101, 100}, {199, 100}, {200, 200}, {201, 200}}) {
    EXPECT_EQ(history.at(asked).time, found) << asked;
  }
  EXPECT_EQ(history.at(150).counts[1], (EventCounts{10, 1}));
  EXPECT_EQ(history.at(300).counts[0], (EventCounts{2, 0}));
}

struct Shape {
  std::chrono::seconds interval;
  std::chrono::seconds longest;
};

class EventHistoryShapes : public ::testing::TestWithParam<Shape> {};

// Of all that was ever added: what is found is a moment that was, and is as near to what is asked as it says.
TEST_P(EventHistoryShapes, IsExactToWithinTheIntervalOrThreePercentOfTheAge) {
  const auto [interval, longest] = GetParam();
  EventHistory history{1, interval, longest};
  Everything all;
  std::mt19937_64 random(7);
  const std::int64_t step = interval.count() * kSecond;
  std::int64_t now = 5 * kSecond;
  const auto n = std::min<std::int64_t>(3 * longest / interval, 300'000);
  for (std::int64_t i = 0; i < n; ++i) {
    add_to_both(history, all, now, static_cast<std::uint64_t>(i));
    if (i % (n / 50 + 1) == 0) {
      for (int k = 0; k < 200; ++k) {
        const auto age = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(longest.count() * kSecond));
        const auto found = history.at(now - age);
        const std::size_t best = all.at(now - age);
        ASSERT_EQ(found.counts[0], all.counts[all.at(found.time)]);
        ASSERT_EQ(found.time, all.times[all.at(found.time)]);
        ASSERT_LE(found.time, all.times[best]);
        ASSERT_LE(all.times[best] - found.time, std::max<std::int64_t>(0, age / 33)) << age;
      }
    }
    now += step - static_cast<std::int64_t>(random() % 3) * step / 100;  // as the clock is coarse
  }
}

INSTANTIATE_TEST_SUITE_P(OfWindows, EventHistoryShapes,
                         ::testing::Values(Shape{60s, std::chrono::hours{24 * 30}}, Shape{60s, std::chrono::hours{1}},
                                           Shape{60s, std::chrono::hours{24 * 366}},
                                           Shape{1s, std::chrono::hours{24}}));

TEST(EventHistory, KeepsWhatIsAsOldAsTheLongestWindow) {
  const auto longest = std::chrono::hours{24 * 366};
  EventHistory history{1, 60s, longest};
  std::int64_t now = 0;
  for (std::uint64_t i = 0; now < 3 * std::chrono::nanoseconds{longest}.count(); ++i) {
    const std::array counts{EventCounts{i, 0}};
    history.add(now, counts);
    now += 59 * kSecond;
  }

  const std::int64_t wanted = now - std::chrono::nanoseconds{longest}.count();
  EXPECT_LE(history.at(wanted).time, wanted);
  EXPECT_GE(history.at(wanted).time, wanted - std::chrono::nanoseconds{longest}.count() / 33);
}

TEST(EventHistory, AGapIsFoundFromItsStart) {
  EventHistory history{1, 60s, 1h};
  Everything all;
  for (const std::int64_t time : {0, 60, 120, 3000, 3060}) add_to_both(history, all, time * kSecond, 1);

  EXPECT_EQ(history.at(2999 * kSecond).time, 120 * kSecond);
  EXPECT_EQ(history.at(3000 * kSecond).time, 3000 * kSecond);
}

}  // namespace
}  // namespace vitals::detail
