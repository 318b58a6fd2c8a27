// What moments prove of a percentile, held against calls whose durations are known.
#include "tool/check/moments.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

Moments moments_of(const std::vector<double>& calls) {
  Moments result;
  result.n = static_cast<double>(calls.size());
  for (const double one : calls) result.mean += one / result.n;
  for (const double one : calls) result.variance += (one - result.mean) * (one - result.mean) / result.n;
  result.min = *std::ranges::min_element(calls);
  result.max = *std::ranges::max_element(calls);
  return result;
}

double above(const std::vector<double>& calls, double t) {
  return static_cast<double>(std::ranges::count_if(calls, [t](double one) { return one > t; }));
}

TEST(Moments, ProveWhatTheExtremesSay) {
  const std::vector<Moments> calls{{.n = 100, .mean = 5, .variance = 4, .min = 1, .max = 9}};

  EXPECT_EQ(prove(calls, 0.95, 9), Proof::Met);
  EXPECT_EQ(prove(calls, 0.95, 0.5), Proof::Missed);
  EXPECT_EQ(prove(calls, 0.95, 5), Proof::None);
}

// The mean lies above the target, and yet 95 % of the calls may be within it: one of 20 took 100 s.
TEST(Moments, MeanAboveTheTargetIsNoProof) {
  std::vector<double> calls(20, 0.001);
  calls.back() = 100;

  EXPECT_GT(moments_of(calls).mean, 0.01);
  EXPECT_EQ(prove({moments_of(calls)}, 0.95, 0.01), Proof::None);
}

// By Markov's inequality: 4 of 100 calls over 10 would take more time than all did.
TEST(Moments, MeanFarBelowTheTargetIsProof) {
  EXPECT_EQ(prove({{.n = 100, .mean = 0.4, .variance = 1e9}}, 0.95, 10), Proof::Met);
  EXPECT_EQ(prove({{.n = 100, .mean = 0.6, .variance = 1e9}}, 0.95, 10), Proof::None);
}

// By Cantelli's: 10 is 4.5 standard deviations above the mean, and of any distribution at most 1 in 21.25 lies there.
TEST(Moments, SmallDeviationIsProof) {
  EXPECT_EQ(prove({{.n = 10000, .mean = 5.5, .variance = 1}}, 0.95, 10), Proof::Met);
  EXPECT_EQ(prove({{.n = 10000, .mean = 6, .variance = 1}}, 0.95, 10), Proof::None);
  EXPECT_EQ(prove({{.n = 10000, .mean = 10.5, .variance = 1}}, 0.95, 10), Proof::Missed);
}

// The share of calls beyond a target adds up over statements; moments of all of them together would prove less.
TEST(Moments, SlowKindAmongFastOnesIsProof) {
  const Moments fast{.n = 90, .mean = 0.001, .variance = 0, .min = 0.001, .max = 0.001};
  const Moments slow{.n = 10, .mean = 0.02, .variance = 0, .min = 0.02, .max = 0.02};

  EXPECT_EQ(prove({fast, slow}, 0.95, 0.01), Proof::Missed);
  EXPECT_EQ(prove({fast, slow}, 0.9, 0.01), Proof::Met);
}

TEST(Moments, QuantileLiesBetweenItsBounds) {
  const auto known = quantile_bounds({{.n = 100, .mean = 5, .variance = 0, .min = 5, .max = 5}}, 0.95);
  EXPECT_NEAR(known.least, 5, 1e-6);
  EXPECT_NEAR(known.most, 5, 1e-6);
  EXPECT_TRUE(std::isinf(quantile_bounds({{.n = 10, .mean = 1e9, .variance = 1e18}}, 0.95).most));
}

// 4,000 sets of calls of very different distributions: what is proven is true of every one of them.
TEST(Moments, NeverProveWhatIsFalse) {
  std::mt19937_64 random{20261129};
  int proven = 0;
  for (int i = 0; i < 4000; ++i) {
    std::vector<Moments> kinds;
    std::vector<double> all;
    for (int kind = 0; kind < 1 + i % 3; ++kind) {
      std::lognormal_distribution<double> time{0, 0.05 + 0.01 * static_cast<double>(random() % 300)};
      std::vector<double> calls(1 + random() % 200);
      for (double& one : calls) one = random() % 3 == 0 ? 1 : time(random);
      kinds.push_back(moments_of(calls));
      if (random() % 4 == 0) kinds.back().max = std::numeric_limits<double>::infinity();
      all.insert(all.end(), calls.begin(), calls.end());
    }
    const double t = i % 5 == 0 ? 1 : std::exp(static_cast<double>(random() % 600) / 100 - 2);
    const auto bounds = calls_above(kinds, t);
    ASSERT_LE(bounds.least, above(all, t)) << i;
    ASSERT_GE(bounds.most, above(all, t)) << i;
    const double within = 1 - above(all, t) / static_cast<double>(all.size());
    const auto proof = prove(kinds, 0.95, t);
    if (proof != Proof::None) {
      ++proven;
      ASSERT_EQ(proof == Proof::Met, within >= 0.95 - 1e-12) << i;
    }
  }
  EXPECT_GT(proven, 1000);
}

}  // namespace
}  // namespace vitals::tool
