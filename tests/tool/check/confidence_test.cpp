#include "tool/check/confidence.hpp"

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

// What the binom package of R 4 gives (binom.wilson).
TEST(WilsonInterval, AgreesWithKnownNumbers) {
  const auto some = wilson_interval(81, 263);
  EXPECT_NEAR(some.low, 0.2553, 5e-5);
  EXPECT_NEAR(some.high, 0.3662, 5e-5);
  const auto few = wilson_interval(15, 148);
  EXPECT_NEAR(few.low, 0.0624, 5e-5);
  EXPECT_NEAR(few.high, 0.1605, 5e-5);
  const auto one = wilson_interval(1, 29);
  EXPECT_NEAR(one.low, 0.0061, 5e-5);
  EXPECT_NEAR(one.high, 0.1718, 5e-5);
}

TEST(WilsonInterval, OfNoneAndOfAllEndsExactly) {
  EXPECT_EQ(wilson_interval(0, 20).low, 0);
  EXPECT_NEAR(wilson_interval(0, 20).high, 0.1611, 5e-5);
  EXPECT_EQ(wilson_interval(20, 20).high, 1);
  EXPECT_NEAR(wilson_interval(20, 20).low, 0.8389, 5e-5);
  EXPECT_EQ(wilson_interval(1e15, 1e15).high, 1);
}

TEST(Interval, IsApartOnlyFromWhatItSharesNothingWith) {
  const Interval one{0.1, 0.2};

  EXPECT_TRUE(one.is_apart_from({0.21, 0.3}));
  EXPECT_TRUE(one.is_apart_from({0.01, 0.09}));
  EXPECT_FALSE(one.is_apart_from({0.2, 0.3}));
  EXPECT_FALSE(one.is_apart_from({0.12, 0.13}));
}

// (1 - 0.001)^2994 is above 0.05, (1 - 0.001)^2995 is not.
TEST(EventsToProve, IsTheRuleOfThreeForSmallShares) {
  EXPECT_EQ(events_to_prove(0.001), 2995);
  EXPECT_EQ(events_to_prove(0.01), 299);
  EXPECT_EQ(events_to_prove(0.05), 59);
  EXPECT_EQ(events_to_prove(0.5), 5);
  EXPECT_NEAR(events_to_prove(1e-7), 3e7, 1e5);
  EXPECT_EQ(events_to_prove(0), 1);
  EXPECT_EQ(events_to_prove(1), 1);
}

}  // namespace
}  // namespace vitals::tool
