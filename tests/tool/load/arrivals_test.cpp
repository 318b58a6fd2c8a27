#include "tool/load/arrivals.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::vector<double> seconds_of(Arrivals arrivals) {
  std::vector<double> all;
  for (; arrivals.due(); arrivals.take()) all.push_back(std::chrono::duration<double>(*arrivals.due()).count());
  return all;
}

TEST(Arrivals, ConstantOnesAreEvenlySpacedAndAsManyAsRateTimesDuration) {
  const auto all = seconds_of({{{300, 300, 4}}, Pace::Constant, {}, 1});

  ASSERT_EQ(all.size(), 1200);
  EXPECT_DOUBLE_EQ(all.front(), 0);
  EXPECT_NEAR(all[600], 2, 1e-8);
  EXPECT_NEAR(all.back(), 4 - 1.0 / 300, 1e-8);
}

TEST(Arrivals, ARateThatIsNoBinaryFractionAddsNone) {
  EXPECT_EQ(seconds_of({{{0.1, 0.1, 30}}, Pace::Constant, {}, 1}).size(), 3);
  EXPECT_EQ(seconds_of({{{2.5, 2.5, 1}}, Pace::Constant, {}, 1}).size(), 3);
}

TEST(Arrivals, SharesHaveEachArrivalOnce) {
  auto all = seconds_of({{{100, 100, 1}}, Pace::Constant, {0, 3}, 1});
  for (const std::size_t number : {1U, 2U}) {
    const auto share = seconds_of({{{100, 100, 1}}, Pace::Constant, {number, 3}, 1});
    all.insert(all.end(), share.begin(), share.end());
  }
  std::ranges::sort(all);

  EXPECT_EQ(all, seconds_of({{{100, 100, 1}}, Pace::Constant, {}, 1}));
}

TEST(Arrivals, ARampHasTheAreaUnderItsLine) {
  // 0 to 100/s within 2 s, that for 1 s, and down within 1 s: 100 + 100 + 50.
  const auto all = seconds_of({{{0, 100, 2}, {100, 100, 1}, {100, 0, 1}}, Pace::Constant, {}, 1});

  ASSERT_EQ(all.size(), 250);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_NEAR(all[25], 1, 1e-8);  // a quarter of the ramp's requests in half of its time
  EXPECT_NEAR(all[100], 2, 1e-8);
  EXPECT_NEAR(all[200], 3, 1e-8);
  EXPECT_NEAR(all[237], 3.49, 0.02);
}

TEST(Arrivals, AStageWithoutRequestsIsAPause) {
  const auto all = seconds_of({{{10, 10, 1}, {0, 0, 5}, {10, 10, 1}}, Pace::Constant, {}, 1});

  ASSERT_EQ(all.size(), 20);
  EXPECT_NEAR(all[10], 6, 1e-8);
}

TEST(Arrivals, PoissonGapsAreExponential) {
  const auto all = seconds_of({{{1000, 1000, 100}}, Pace::Poisson, {}, 42});

  // The number has a standard deviation of 316; the gaps are longer than their mean in 1/e of cases, twice in 1/e^2.
  EXPECT_NEAR(static_cast<double>(all.size()), 100'000, 1600);
  std::size_t longer = 0;
  std::size_t twice = 0;
  for (std::size_t i = 1; i < all.size(); ++i) {
    longer += all[i] - all[i - 1] > 0.001 ? 1 : 0;
    twice += all[i] - all[i - 1] > 0.002 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(longer) / static_cast<double>(all.size()), std::exp(-1), 0.01);
  EXPECT_NEAR(static_cast<double>(twice) / static_cast<double>(all.size()), std::exp(-2), 0.01);
}

TEST(Arrivals, PoissonFollowsARamp) {
  const auto all = seconds_of({{{0, 2000, 10}}, Pace::Poisson, {}, 7});

  const auto first_half = std::ranges::count_if(all, [](double second) { return second < 5; });
  EXPECT_NEAR(static_cast<double>(first_half) / static_cast<double>(all.size()), 0.25, 0.02);
}

TEST(Arrivals, TheSameSeedGivesTheSameSeries) {
  const std::vector<Stage> stages{{100, 100, 1}};

  EXPECT_EQ(seconds_of({stages, Pace::Poisson, {}, 3}), seconds_of({stages, Pace::Poisson, {}, 3}));
  EXPECT_NE(seconds_of({stages, Pace::Poisson, {}, 3}), seconds_of({stages, Pace::Poisson, {}, 4}));
}

TEST(Arrivals, EndCountsWhatWasDueAndNotTaken) {
  Arrivals arrivals({{100, 100, 10}}, Pace::Constant, {}, 1);
  arrivals.take();

  EXPECT_EQ(arrivals.end(milliseconds{95}), 9);  // at 10, 20, … 90 ms
  EXPECT_FALSE(arrivals.due());
  EXPECT_EQ(arrivals.end(nanoseconds::max()), 0);
}

TEST(Arrivals, EndOfBillionsTakesNoTime) {
  const std::vector<Stage> stages{{1e6, 1e6, 86400}, {1e6, 0, 86400}};

  Arrivals even(stages, Pace::Constant, {1, 4}, 1);
  EXPECT_EQ(even.end(std::chrono::hours{48}), 32'400'000'000U);
  Arrivals random(stages, Pace::Poisson, {1, 4}, 1);
  EXPECT_NEAR(static_cast<double>(random.end(std::chrono::hours{1})), 9e8, 1e6);
}

}  // namespace
}  // namespace vitals::tool
