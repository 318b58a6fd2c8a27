// PgOptions::levels: bounds, and budgets of statements. Without a server: timed() with a function that is no query.
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>

#include <vitals/postgres.hpp>
#include <vitals/service_levels.hpp>
#include <vitals/vitals.hpp>

#include "core/levels/guide_levels.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string refusal(PgOptions options) {
  Registry registry;
  try {
    const PgMetrics metrics{registry, std::move(options)};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PgLevels, ThresholdsBecomeBoundsOfStatementsAndTransactions) {
  const ServiceLevels levels{.query_budgets = {{.name = "all", .target = 12ms, .critical = 34ms},
                                               {.name = "whole", .transactions = true, .target = 250ms}}};
  Registry registry;
  PgMetrics pg{registry, {.buckets = {0.01, 1}, .levels = &levels}};
  timed(pg, "SELECT 1", [] {});
  const auto text = to_text(registry);

  for (const auto* le : {"0.01", "0.012", "0.034", "0.25", "1"})
    EXPECT_THAT(
        text, HasSubstr(std::string(R"(db_query_duration_seconds_bucket{query_type="SELECT",table="none",le=")") + le +
                        "\"}"));
}

TEST(PgLevels, BudgetOfAStatementIsTheLeastThatItHas) {
  auto levels = std::make_unique<ServiceLevels>(vitals::testing::guide_levels());
  Registry registry;
  PgMetrics pg{registry, {.max_tables = 2, .levels = levels.get()}};
  levels.reset();  // read by the constructor alone

  timed(pg, "SELECT * FROM clients", [] {});
  timed(pg, "UPDATE appointments SET a = 1", [] {});
  timed(pg, "SELECT * FROM unheard_of", [] {});
  timed(pg, "VACUUM", [] {});

  const auto text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("db_query_budget_seconds{query_type=\"SELECT\",table=\"clients\"} 0.01\n"));
  EXPECT_THAT(text, HasSubstr("db_query_budget_seconds{query_type=\"UPDATE\",table=\"appointments\"} 0.05\n"));
  EXPECT_THAT(text, HasSubstr("db_query_budget_seconds{query_type=\"SELECT\",table=\"_overflow\"} 0.1\n"));
  EXPECT_THAT(text, Not(HasSubstr("db_query_budget_seconds{query_type=\"VACUUM\"")));
}

TEST(PgLevels, WithoutBudgetsThereIsNoMetric) {
  const ServiceLevels levels{.latency = {{.target = 1s}},
                             .query_budgets = {{.name = "whole", .transactions = true, .target = 250ms}}};
  Registry registry;
  PgMetrics pg{registry, {.levels = &levels}};
  timed(pg, "SELECT 1", [] {});

  EXPECT_THAT(to_text(registry), Not(HasSubstr("budget")));
}

TEST(PgLevels, WrongLevelsAreRefused) {
  const ServiceLevels nothing;
  const ServiceLevels slow{.query_budgets = {{.name = "a", .target = 10s}}};

  EXPECT_THAT(refusal({.levels = &nothing}), HasSubstr("no level is declared"));
  EXPECT_THAT(refusal({.levels = &slow}),
              HasSubstr("query_budgets[0].target: 10s is not below the last bucket bound, 10s"));
}

}  // namespace
}  // namespace vitals
