#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::ElementsAre;

TEST(Buckets, MakeLinearAndExponentialLayouts) {
  EXPECT_THAT(Buckets::linear(1, 2, 3).bounds(), ElementsAre(1, 3, 5));
  EXPECT_THAT(Buckets::exponential(1, 2, 4).bounds(), ElementsAre(1, 2, 4, 8));
}

TEST(Buckets, LatencyHasEveryResponseTimeTargetAsABound) {
  const auto latency = Buckets::latency();
  const auto bounds = latency.bounds();

  EXPECT_TRUE(std::is_sorted(bounds.begin(), bounds.end()));
  for (const double target : {0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0})
    EXPECT_TRUE(std::binary_search(bounds.begin(), bounds.end(), target)) << target;
}

TEST(Buckets, FineLatencyIsEvenlySpread) {
  const Buckets buckets = Buckets::fine_latency();
  const auto bounds = buckets.bounds();

  EXPECT_EQ(bounds.size(), 91);
  EXPECT_NEAR(bounds.front(), 0.0001, 0.000001);
  EXPECT_EQ(bounds.back(), 10.3);
  EXPECT_TRUE(std::ranges::binary_search(bounds, 0.0005));
  EXPECT_TRUE(std::ranges::binary_search(bounds, 5.16));
  for (std::size_t i = 1; i < bounds.size(); ++i) {
    const bool is_fine = bounds[i - 1] >= 0.0005 && bounds[i] <= 5.16;
    EXPECT_NEAR(bounds[i] / bounds[i - 1], std::exp2(is_fine ? 1 / 6. : 1 / 3.), 0.006) << bounds[i];
  }
}

using Draw = std::function<double(std::mt19937_64&)>;

template <class Distribution>
Draw of(Distribution distribution) {
  return [distribution](std::mt19937_64& random) mutable { return distribution(random); };
}

// How response times are spread, around 1 or some times that.
std::vector<std::pair<std::string, Draw>> spreads() {
  std::vector<std::pair<std::string, Draw>> all{
      {"exponential", of(std::exponential_distribution{1.0})},
      {"gamma", of(std::gamma_distribution{3.0, 0.5})},
      {"uniform", of(std::uniform_real_distribution{0.5, 1.5})},
      {"from almost nothing", of(std::uniform_real_distribution{0.01, 1.0})},
      {"normal", of(std::normal_distribution{1.0, 0.2})},
      {"cached or not",
       [hit = std::lognormal_distribution{-2.0, 0.3}, miss = std::lognormal_distribution{0.0, 0.4}](
           std::mt19937_64& random) mutable { return random() % 10 < 8 ? hit(random) : miss(random); }}};
  for (const double sigma : {0.1, 0.2, 0.5, 1.0})
    all.emplace_back("lognormal " + std::to_string(sigma), of(std::lognormal_distribution{0.0, sigma}));
  return all;
}

// Of ascending values, each times `scale`.
double of_buckets(double q, const Buckets& buckets, const std::vector<double>& values, double scale) {
  std::vector<std::uint64_t> counts;
  auto begin = values.begin();
  for (const double bound : buckets.bounds()) {
    const auto end = std::upper_bound(begin, values.end(), bound / scale);
    counts.push_back(static_cast<std::uint64_t>(end - begin));
    begin = end;
  }
  counts.push_back(static_cast<std::uint64_t>(values.end() - begin));
  return HistogramSnapshot{{buckets.bounds().begin(), buckets.bounds().end()}, counts, 0}.quantile(q);
}

// Wherever the p95 lies between two bounds.
TEST(Buckets, FineLatencyGivesTheP95OfSpreadDurationsWithin3Percent) {
  constexpr std::size_t kCount = 20'000;
  const Buckets fine = Buckets::fine_latency();
  std::mt19937_64 random{1};
  for (const auto& [name, draw] : spreads()) {
    std::vector<double> values(kCount);
    for (double& value : values) value = draw(random);
    std::ranges::sort(values);
    for (const double median : {0.001, 0.02, 0.5}) {
      for (int step = 0; step < 8; ++step) {
        const double scale = median * std::exp2(step / 48.);  // over one bucket
        const double exact = values[kCount * 95 / 100] * scale;
        EXPECT_NEAR(of_buckets(0.95, fine, values, scale), exact, exact * 0.03) << name << " at " << scale;
      }
    }
  }
}

}  // namespace
}  // namespace vitals
