#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/cells/cells.hpp"

namespace vitals {
namespace {

struct CounterTest : testing::Test {
  Registry registry;
  Counter& counter = registry.counter("a_total", "A.");
};

TEST_F(CounterTest, StartsAtZero) { EXPECT_EQ(counter.value(), 0); }

TEST_F(CounterTest, AddsWholeNumbersAndFractions) {
  counter.inc();
  counter.inc(5);
  counter.inc(std::uint8_t{2});
  counter.inc(0.25);
  counter.add(0.5);
  counter.add(3);

  EXPECT_EQ(counter.value(), 11.75);
}

TEST_F(CounterTest, DropsAndCountsWhatItMayNotAdd) {
  const auto dropped = detail::dropped_updates();

  counter.inc(-1);
  counter.inc(std::numeric_limits<std::int64_t>::min());
  counter.add(-0.5);
  counter.add(std::nan(""));
  counter.add(std::numeric_limits<double>::infinity());
  counter.add(-std::numeric_limits<double>::infinity());
  counter.add(1e20);

  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(detail::dropped_updates() - dropped, 7u);
}

TEST_F(CounterTest, AddingZeroOrMinusZeroChangesNothing) {
  const auto dropped = detail::dropped_updates();

  counter.inc(0);
  counter.add(0.0);
  counter.add(-0.0);

  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(detail::dropped_updates(), dropped);
}

// A double can't hold 2^53 + 1; whole numbers are kept apart, so the text is exact.
TEST_F(CounterTest, StaysExactAboveTwoToThe53) {
  counter.inc(std::uint64_t{1} << 53);
  counter.inc();
  counter.inc();
  counter.inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total 9007199254740995\n");
}

TEST_F(CounterTest, AddsLargeDoublesAsWholeNumbers) {
  counter.add(9007199254740992.0);
  counter.inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total 9007199254740993\n");
}

TEST_F(CounterTest, IsRaisedToATotalAndNeverLowered) {
  counter.raise_to(5);
  counter.raise_to(3);
  EXPECT_EQ(counter.value(), 5);

  counter.raise_to(7.25);
  counter.raise_to(std::uint8_t{7});
  counter.raise_to(0);
  counter.raise_to(-0.0);
  EXPECT_EQ(counter.value(), 7.25);

  counter.raise_to(8.0F);
  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total 8\n");
}

TEST_F(CounterTest, DropsAndCountsWhatItCannotBeRaisedTo) {
  const auto dropped = detail::dropped_updates();

  counter.raise_to(-1);
  counter.raise_to(-0.5);
  counter.raise_to(std::nan(""));
  counter.raise_to(std::numeric_limits<double>::infinity());
  counter.raise_to(0x1p64);

  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(detail::dropped_updates() - dropped, 5u);
}

TEST_F(CounterTest, ATotalHasInItWhatWasCountedBefore) {
  counter.inc(10);
  counter.raise_to(12);
  EXPECT_EQ(counter.value(), 12);

  counter.inc(3);
  counter.raise_to(14);
  EXPECT_EQ(counter.value(), 15);

  counter.add(0.5);
  counter.raise_to(16);
  EXPECT_EQ(counter.value(), 16);
}

TEST_F(CounterTest, IsRaisedExactlyUpToTwoToThe64) {
  const auto line = [&] {
    return to_text(registry).substr(std::string{"# HELP a_total A.\n# TYPE a_total counter\n"}.size());
  };
  counter.raise_to(0.5);
  counter.raise_to(std::uint64_t{1} << 53);
  EXPECT_EQ(line(), "a_total 9007199254740992\n");

  counter.inc();
  EXPECT_EQ(line(), "a_total 9007199254740993\n");

  counter.raise_to((std::uint64_t{1} << 53) + 7);
  counter.raise_to((std::uint64_t{1} << 53) + 6);
  EXPECT_EQ(line(), "a_total 9007199254740999\n");

  counter.raise_to(std::numeric_limits<std::uint64_t>::max());
  counter.raise_to(std::numeric_limits<std::uint64_t>::max() - 1);
  EXPECT_EQ(line(), "a_total 18446744073709551615\n");
}

TEST_F(CounterTest, OfARemovedSeriesMayBeRaised) {
  auto& family = registry.counter("b_total", "B.", {"x"});
  Counter& removed = family.with(1);
  family.remove(1);

  removed.raise_to(7);

  EXPECT_EQ(family.with(1).value(), 0);
}

// Totals of all sizes, so that every way of keeping one meets every other.
TEST_F(CounterTest, RaisedByManyThreadsIsNeverBeyondTheGreatestTotal) {
  constexpr int kThreads = 4;
  constexpr std::uint64_t kSteps = 20'000;
  auto& family = registry.counter("b_total", "B.", {"x"});
  int round = 0;
  for (const std::uint64_t start : {std::uint64_t{0}, (std::uint64_t{1} << 53) - kSteps / 2}) {
    for (Counter* raised : {&family.with(round), &registry.counter("c" + std::to_string(round) + "_total", "C.")}) {
      std::atomic<std::uint64_t> greatest{0};
      std::atomic<int> running{kThreads};
      std::vector<std::thread> threads;
      for (int thread = 0; thread < kThreads; ++thread) {
        threads.emplace_back([&, thread] {
          for (std::uint64_t i = static_cast<std::uint64_t>(thread) * 3; i < kSteps; ++i) {
            const std::uint64_t total = start + i;
            std::uint64_t seen = greatest.load();
            while (seen < total + 1 && !greatest.compare_exchange_weak(seen, total + 1)) {
            }
            if (i % 3 == 0) {
              raised->raise_to(static_cast<double>(total) + 0.5);  // may round up to the next
            } else {
              raised->raise_to(total);
            }
          }
          --running;
        });
      }
      double before = 0;
      int wrong = 0;
      while (running > 0) {
        const double now = raised->value();
        wrong += now < before || now > static_cast<double>(greatest.load());
        before = now;
      }
      for (auto& thread : threads) thread.join();

      EXPECT_EQ(wrong, 0) << start;
      EXPECT_GE(raised->value(), static_cast<double>(start + kSteps - 1));
      EXPECT_LE(raised->value(), static_cast<double>(start + kSteps));
    }
    ++round;
  }
}

TEST_F(CounterTest, RaisedWhileOthersCountLosesNothing) {
  constexpr int kIncs = 100'000;
  std::thread raising{[&] {
    for (int total = 1; total <= kIncs; ++total) counter.raise_to(total);
  }};
  std::thread counting{[&] {
    for (int i = 0; i < kIncs; ++i) counter.inc();
  }};
  raising.join();
  counting.join();

  EXPECT_GE(counter.value(), kIncs);
  EXPECT_LE(counter.value(), 2 * kIncs);
  const double before = counter.value();
  counter.inc();
  EXPECT_EQ(counter.value(), before + 1);
}

}  // namespace
}  // namespace vitals
