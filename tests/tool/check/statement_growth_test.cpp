#include "tool/check/statement_growth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

// As pg_stat_statements has it after these calls.
StatementStats stats_of(const std::vector<double>& calls, const std::string& key = "10/1") {
  StatementStats stats;
  stats.key = key;
  stats.calls = static_cast<double>(calls.size());
  for (const double one : calls) stats.total += one;
  double squares = 0;
  for (const double one : calls) squares += (one - stats.total / stats.calls) * (one - stats.total / stats.calls);
  stats.deviation = std::sqrt(squares / stats.calls);
  stats.min = *std::ranges::min_element(calls);
  stats.max = *std::ranges::max_element(calls);
  return stats;
}

Statements of(std::vector<StatementStats> statements) { return {std::move(statements), "now", 0}; }

TEST(StatementGrowth, WithoutAWindowIsAllOfIt) {
  const auto grown = growth(of({stats_of({1, 2, 6})}));

  ASSERT_EQ(grown.size(), 1u);
  EXPECT_EQ(grown[0].calls.n, 3);
  EXPECT_EQ(grown[0].calls.mean, 3);
  EXPECT_NEAR(grown[0].calls.variance, 14.0 / 3, 1e-12);
  EXPECT_EQ(grown[0].total(), 9);
}

TEST(StatementGrowth, OfAWindowHasItsOwnMeanAndVariance) {
  const auto grown = growth(of({stats_of({1, 2, 6})}), of({stats_of({1, 2, 6, 10, 14})}));

  ASSERT_EQ(grown.size(), 1u);
  EXPECT_EQ(grown[0].calls.n, 2);
  EXPECT_NEAR(grown[0].calls.mean, 12, 1e-12);
  EXPECT_GE(grown[0].calls.variance, 4);
  EXPECT_NEAR(grown[0].calls.variance, 4, 1e-6);
  EXPECT_EQ(grown[0].calls.min, 1);
  EXPECT_EQ(grown[0].calls.max, 14);
}

TEST(StatementGrowth, OfANewStatementIsAllOfIt) {
  const auto grown = growth(of({stats_of({1})}), of({stats_of({1}), stats_of({2, 4}, "10/2")}));

  ASSERT_EQ(grown.size(), 2u);
  EXPECT_EQ(grown[0].calls.n, 0);
  EXPECT_EQ(grown[1].calls.n, 2);
  EXPECT_EQ(grown[1].calls.mean, 3);
}

TEST(StatementGrowth, StatementThatVanishedOrWentBackIsLost) {
  EXPECT_TRUE(growth(of({stats_of({1})}), of({}))[0].is_lost);
  EXPECT_TRUE(growth(of({stats_of({1, 2})}), of({stats_of({1})}))[0].is_lost);
  EXPECT_FALSE(growth(of({stats_of({1, 2})}), of({stats_of({1, 2})}))[0].is_lost);
}

// PostgreSQL 17 can reset them alone.
TEST(StatementGrowth, ExtremesThatAreNotOfAllCallsAreNoBounds) {
  auto after = stats_of({1, 2, 6});
  after.has_extremes = false;
  EXPECT_EQ(growth(of({after}))[0].calls.max, std::numeric_limits<double>::infinity());

  auto before = stats_of({1, 60});
  after = stats_of({1, 2, 6});
  after.total = 70;
  EXPECT_EQ(growth(of({before}), of({after}))[0].calls.max, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace vitals::tool
