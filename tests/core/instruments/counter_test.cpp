#include <cmath>
#include <cstdint>
#include <limits>

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

}  // namespace
}  // namespace vitals
