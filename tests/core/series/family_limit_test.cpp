#include <atomic>
#include <barrier>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/series/held_up_scrape.hpp"
#include "support/this_process.hpp"

namespace vitals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::kSanitized;

TEST(Family, SeriesBeyondTheLimitShareOne) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x", "y"}, {.max_series = 2});
  register_library_metrics(registry);
  auto& first = family.with("1", "1");
  family.with("2", "2").inc();

  family.with("3", "3").inc();
  family.with("4", "4").inc();

  EXPECT_EQ(&family.with("1", "1"), &first);
  const std::string text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("a_total{x=\"_overflow\",y=\"_overflow\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("a_total{x=\"2\",y=\"2\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("x=\"3\"")));
  EXPECT_THAT(text, HasSubstr("vitals_series_overflow_total{family=\"a_total\"} 2\n"));
}

// A client may send the name of the overflow series as a value: it must not be exposed twice.
TEST(Family, OverflowSeriesMayBeThereAlready) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  auto& counted = family.with("_overflow");
  family.with("a");

  EXPECT_EQ(&family.with("b"), &counted);
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"_overflow\"} 0\na_total{x=\"a\"} 0\n");
  EXPECT_TRUE(family.remove("_overflow"));
  EXPECT_NE(&family.with("b"), &family.with("c"));
}

TEST(Family, HasTenThousandSeriesByDefault) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"i"});
  for (int i = 0; i < 10'000; ++i) family.with(i);

  EXPECT_NE(&family.with(9'999), &family.with(10'000));
  EXPECT_EQ(&family.with(10'000), &family.with(10'001));
}

TEST(Family, RemovalMakesRoomUnderTheLimit) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"}, {.max_series = 1});
  family.with(1);
  auto& overflow = family.with(2);

  family.remove(1);

  EXPECT_NE(&family.with(2), &overflow);
}

TEST(Family, LookUpsBeyondTheLimitAndOfInvalidUtf8TakeNoLock) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"x", "y"}, {}, {.max_series = 3});
  const std::string longer(300, 'x');
  PeakGauge& bad = family.with("\xFF", "\xC0\x80");
  PeakGauge& bad_and_longer = family.with(longer, "a\xFF");
  family.with(1, 1);
  PeakGauge& overflow = family.with(2, 2);

  std::vector<PeakGauge*> found;
  EXPECT_TRUE(is_done_during_a_scrape(registry, clock, [&] {
    found = {&family.with("\xFF", "\xC0\x80"), &family.with("\xFE", "\xC0\x80"),
             &family.with(longer, "a\xFF"),    &family.with(3, 3),
             &family.with(longer, longer),     &family.with("\xFF", "\xFF")};
  }));

  EXPECT_THAT(found, ElementsAre(&bad, &bad, &bad_and_longer, &overflow, &overflow, &overflow));
}

// What was asked for with bytes that were replaced is found again by these bytes, as long as the series is there.
TEST(Family, ReplacedValuesLeadToWhatIsThereNow) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  Counter& first = family.with("\xFF");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(&family.with("\xFF"), &first);
    EXPECT_EQ(&family.with("\xFE"), &first);
    EXPECT_EQ(&family.with("\uFFFD"), &first);
  }
  EXPECT_EQ(family.size(), 1U);

  EXPECT_TRUE(family.remove("\uFFFD"));
  Counter& second = family.with("\xFE");
  EXPECT_NE(&second, &first);
  EXPECT_EQ(&family.with("\xFF"), &second);
  EXPECT_TRUE(family.remove("\xFF"));
  EXPECT_FALSE(family.remove("\xFE"));
  EXPECT_EQ(family.size(), 0U);
}

TEST(Family, ValuesThatAreReplacedTakeBoundedMemory) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  Counter& counter = family.with("\xFF");
  for (int i = 0; i < 100'000; ++i) {
    std::string value(1 + i % 7, 'x');
    value.back() = static_cast<char>(0x80 + i % 64);
    for (auto& c : value) c = c == 'x' ? static_cast<char>(0x80 + i / 64 % 64) : c;
    family.with(value).inc();
  }
  EXPECT_EQ(family.size(), 7U);  // of one to seven U+FFFD
  EXPECT_GT(counter.value(), 0);
  EXPECT_EQ(family.clear(), 7U);
  EXPECT_EQ(to_text(registry), "");
}

// Whether a family is full is remembered of the bytes as they were given; what there is of them afterwards counts.
TEST(Family, ReplacedValuesBeyondTheLimitLeadToWhatIsThereNow) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  Counter& there = family.with("\uFFFD");
  family.with(1);
  Counter& overflow = family.with(2);
  const auto expect_all = [&](const char* bytes, const Counter& expected) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(&family.with(bytes), &expected) << bytes;
  };
  expect_all("a\xFF", overflow);
  expect_all("\xFF", there);
  expect_all("\xFE", there);
  expect_all("a\uFFFD", overflow);

  EXPECT_TRUE(family.remove(1));
  Counter& second = family.with("a\xFE");
  EXPECT_NE(&second, &overflow);
  expect_all("a\xFF", second);
  expect_all("a\uFFFD", second);
  expect_all("b\xFF", overflow);

  EXPECT_TRUE(family.remove("a\uFFFD"));
  EXPECT_TRUE(family.remove("\xFF"));
  Counter& third = family.with("b\xFF");
  EXPECT_EQ(&family.with("b\uFFFD"), &third);
  EXPECT_NE(&family.with("a\xFF"), &overflow);
  expect_all("\xFF", overflow);
}

// As long as no series has U+FFFD, nothing is known of the bytes; and then there may be one.
TEST(Family, ReplacedValuesBeyondTheLimitFindASeriesThatComes) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  family.with(1);
  family.with(2);
  Counter& overflow = family.with("\xFF");
  const auto expect_all = [&](std::initializer_list<const char*> values, const Counter& expected) {
    for (const char* value : values) EXPECT_EQ(&family.with(value), &expected) << value;
  };
  expect_all({"\xFF", "\xFE", "\uFFFD", "\xC3\xA9", "a"}, overflow);

  EXPECT_TRUE(family.remove(1));
  Counter& made = family.with("\xFE");
  expect_all({"a", "\xC3\xA9", "a\xFF"}, overflow);
  expect_all({"\xFF", "\xFE", "\uFFFD"}, made);

  EXPECT_TRUE(family.remove("\xFF"));
  family.with(1);
  expect_all({"a", "\xFF", "\xFE", "\uFFFD", "\xC3\xA9", "a\xFF"}, overflow);
}

// A thread makes room for such a value and takes it away; others look it up, between these turns and at any time.
TEST(Family, ReplacedValuesBeyondTheLimitFindWhatAnotherThreadMakes) {
  constexpr int kTurns = kSanitized ? 500 : 5'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  family.with("kept");
  family.with("plain");
  Counter* expected = nullptr;
  std::atomic<bool> done{false};
  std::barrier turn{2};
  std::thread churn{[&] {
    for (int i = 0; i < kTurns; ++i) {
      family.remove(i % 2 == 0 ? "plain" : "\uFFFD");
      family.with(i % 2 == 0 ? "\uFFFD" : "plain");  // unless the other thread has taken the room
      family.with("another");
      expected = &family.with("\uFFFD");
      turn.arrive_and_wait();
      turn.arrive_and_wait();
    }
  }};
  std::thread other{[&] {
    while (!done) family.with("\xFE").inc();
  }};

  int wrong = 0;
  for (int i = 0; i < kTurns; ++i) {
    turn.arrive_and_wait();
    for (int n = 0; n < 3; ++n) wrong += &family.with("\xFF") != expected;
    turn.arrive_and_wait();
  }
  churn.join();
  done = true;
  other.join();

  EXPECT_EQ(wrong, 0);
}

TEST(Family, EachLookUpOfAReplacedValueBeyondTheLimitIsCounted) {
  Registry registry;
  register_library_metrics(registry);
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 0});
  for (int i = 0; i < 5; ++i) family.with("\xFF").inc();

  EXPECT_EQ(family.with("_overflow").value(), 5);
  EXPECT_THAT(to_text(registry), HasSubstr("vitals_series_overflow_total{family=\"a_total\"} 5\n"));
}

// Values whose bytes are replaced, and one that makes room for them and takes it away.
TEST(Family, ReplacedValuesAreNeverBeyondTheLimitIfTheyHaveASeries) {
  constexpr int kChanges = kSanitized ? 2'000 : 50'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 3});
  Counter& kept = family.with("\uFFFD");
  family.with(1);
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; i < kChanges; ++i) {
      family.with("a\uFFFD").inc();
      family.with("b\uFFFD").inc();
      family.remove(i % 2 == 0 ? "a\uFFFD" : "b\uFFFD");
    }
    done = true;
  }};

  std::uint64_t wrong = 0;
  while (!done) {
    for (const char* value : {"\xFF", "\xFE"}) wrong += &family.with(value) != &kept;
    family.with("b\xFF").inc();
    family.with("c\xFF").inc();
  }
  churn.join();

  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(family.size(), 3U);
}

TEST(Family, LimitCountsAgainAfterRemoval) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1});
  Counter& first = family.with(1);
  Counter& overflow = family.with(2);
  EXPECT_EQ(&family.with(3), &overflow);

  EXPECT_TRUE(family.remove("_overflow"));
  EXPECT_NE(&family.with(3), &overflow);
  EXPECT_EQ(&family.with(3), &family.with("_overflow"));
  EXPECT_EQ(&family.with(1), &first);

  EXPECT_TRUE(family.remove(1));
  EXPECT_NE(&family.with(3), &family.with("_overflow"));
  EXPECT_EQ(&family.with(1), &family.with("_overflow"));
}

// Series that move in the table while others come and go around the limit.
TEST(Family, KnownSeriesIsNeverTakenForOneBeyondTheLimit) {
  constexpr std::size_t kSeries = 48;
  constexpr int kChanges = kSanitized ? 5'000 : 100'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"}, {.max_series = kSeries});
  std::vector<Counter*> kept;
  for (std::size_t i = 0; i < kSeries / 2; ++i) kept.push_back(&family.with(i));
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; i < kChanges; ++i) {
      const std::size_t other = kSeries + static_cast<std::size_t>(i) % kSeries;
      if (i % 3 == 0) family.remove(other);
      family.with(other + 1).inc();
    }
    done = true;
  }};

  std::uint64_t wrong = 0;
  for (std::size_t i = 0; !done; i = (i + 1) % kept.size()) wrong += &family.with(i) != kept[i];
  churn.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_LE(family.size(), kSeries);
}

}  // namespace
}  // namespace vitals
