#include "core/text/limits.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Limits, OfBounds) {
  const auto first_wrong = [](const std::vector<double>& bounds) { return first_wrong_bound(bounds); };
  EXPECT_EQ(first_wrong({}), 0U);
  EXPECT_EQ(first_wrong({-1, 0, 2.5}), 3U);
  EXPECT_EQ(first_wrong({1, 1, 2}), 1U);
  EXPECT_EQ(first_wrong({1, 2, 0}), 2U);
  EXPECT_EQ(first_wrong({1, kInf}), 1U);
  EXPECT_EQ(first_wrong({-kInf, 1}), 0U);
  EXPECT_EQ(first_wrong({1, 2, kNan}), 2U);
}

TEST(Limits, OfQuantilesAndThresholds) {
  for (const double good : {0.0, 0.5, 1.0}) EXPECT_TRUE(is_quantile(good)) << good;
  for (const double bad : {-0.1, 1.1, kNan}) EXPECT_FALSE(is_quantile(bad)) << bad;
  for (const double good : {0.0, 0x1p-128, 1e300}) EXPECT_TRUE(is_zero_threshold(good)) << good;
  for (const double bad : {-1.0, kInf, kNan}) EXPECT_FALSE(is_zero_threshold(bad)) << bad;
}

}  // namespace
}  // namespace vitals::detail
