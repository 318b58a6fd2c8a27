#include "tool/check/quantile.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What promtool 2.42 gives for these buckets.
TEST(HistogramQuantile, AgreesWithPrometheusOnKnownNumbers) {
  const std::vector<Bucket> buckets{{0.05, 1200}, {0.15, 1450}, {0.2, 1470}, {0.5, 1495}, {kInfinity, 1500}};

  EXPECT_DOUBLE_EQ(histogram_quantile(0.5, buckets).value, 0.03125);
  EXPECT_DOUBLE_EQ(histogram_quantile(0.95, buckets).value, 0.14);
  EXPECT_DOUBLE_EQ(histogram_quantile(0.99, buckets).value, 0.38);
  EXPECT_DOUBLE_EQ(histogram_quantile(0.999, buckets).value, 0.5);
}

TEST(HistogramQuantile, SaysBetweenWhichBoundsTheTrueOneLies) {
  const std::vector<Bucket> buckets{{0.05, 1200}, {0.15, 1450}, {0.2, 1470}, {0.5, 1495}, {kInfinity, 1500}};

  const auto p95 = histogram_quantile(0.95, buckets);
  EXPECT_EQ(p95.lower, 0.05);
  EXPECT_EQ(p95.upper, 0.15);
  const auto p50 = histogram_quantile(0.5, buckets);
  EXPECT_EQ(p50.lower, 0);
  const auto p999 = histogram_quantile(0.999, buckets);
  EXPECT_EQ(p999.lower, 0.5);
  EXPECT_EQ(p999.upper, kInfinity);
}

TEST(HistogramQuantile, RankOnTheEdgeOfABucketIsItsBound) {
  const std::vector<Bucket> buckets{{0.1, 95}, {0.2, 100}, {kInfinity, 100}};

  EXPECT_EQ(histogram_quantile(0.95, buckets).value, 0.1);
  EXPECT_EQ(histogram_quantile(0.95, buckets).upper, 0.1);
}

TEST(HistogramQuantile, FirstBucketOfNegativeBoundIsNotInterpolatedFromZero) {
  const std::vector<Bucket> buckets{{-1, 10}, {1, 10}, {kInfinity, 10}};

  EXPECT_EQ(histogram_quantile(0.5, buckets).value, -1);
}

}  // namespace
}  // namespace vitals::tool
