#include <limits>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>

#include <vitals/service_levels.hpp>

#include "core/levels/guide_levels.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::guide_levels;

std::string mistakes_of(const ServiceLevels& levels) {
  try {
    levels.check();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

/// Levels in which nothing is wrong but what is changed.
ServiceLevels good() { return {.latency = {{.target = 150ms}}}; }

TEST(ServiceLevels, AWholeServicesLevelsAreGood) { EXPECT_EQ(mistakes_of(guide_levels()), "none"); }

TEST(ServiceLevels, AllMistakesAreNamedAtOnce) {
  const ServiceLevels levels{.window = 5min,
                             .bad_statuses = {"5xx", "503", "600", "5xx"},
                             .latency = {{.objective = 95, .target = 150ms, .critical = 100ms}, {}},
                             .availability = RatioLevel{.target = 0.999, .critical = 0.9999}};

  EXPECT_EQ(mistakes_of(levels), R"(vitals: service levels:
window: 'window' is 5m; it must be from 1h to 366d, such as 30d
bad_statuses[1]: '503' is one of 5xx; remove it
bad_statuses[2]: '600' is no status; write a class such as 5xx, or a status such as 429
bad_statuses[3]: '5xx' comes twice; remove one
latency[0].objective: 'objective' is 95, which is more than all; write less than 1, which is 100% in a file
latency[0].critical: 'critical' must not be stricter than the target; write at least 150ms, or leave it out
latency[1].target: 'target' must be a time above 0; write one such as 150ms
availability.critical: 'critical' must not be stricter than the target; write at most 99.9%, or leave it out)");
}

TEST(ServiceLevels, WhatDeclaresNothingIsAMistake) {
  EXPECT_EQ(mistakes_of({}),
            "vitals: service levels:\nno level is declared; add one, such as latency, error_rate or availability");
}

TEST(ServiceLevels, ThresholdsAtEqualityAreNotStricter) {
  auto levels = good();
  levels.latency[0].critical = 150ms;
  levels.latency[0].alert = 150ms;
  levels.latency[0].alert_after = 0s;

  EXPECT_EQ(mistakes_of(levels), "none");
}

TEST(ServiceLevels, ThresholdsMustBeCrossable) {
  const auto of = [](double target) {
    auto levels = good();
    levels.memory_usage = RatioLevel{.target = target};
    return mistakes_of(levels);
  };

  for (const double never : {0.0, 1.0, -0.5, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THAT(of(never), HasSubstr("memory_usage.target: 'target' must lie between 0% and 100%, without them"));
  EXPECT_THAT(of(80), HasSubstr("'target' is 80, which is more than all; write less than 1, which is 100% in a file"));
  EXPECT_EQ(of(0.8), "none");
}

TEST(ServiceLevels, TimesAndRatesMustBePossible) {
  auto levels = good();
  levels.latency[0] = {.target = -1ns, .alert_after = -1s};
  levels.throughput = RateLevel{.target = std::numeric_limits<double>::infinity()};
  const auto mistakes = mistakes_of(levels);

  EXPECT_THAT(mistakes, HasSubstr("latency[0].target: 'target' is -1ns; it must be above 0 and at most 1d"));
  EXPECT_THAT(mistakes, HasSubstr("latency[0].alert_after: 'alert_after' is -1s; it must be from 0s to 1d"));
  EXPECT_THAT(mistakes, HasSubstr("throughput.target: 'target' must be a rate above 0; write one such as 100/s"));

  levels.window = std::chrono::seconds::max();
  levels.latency[0] = {.target = std::chrono::nanoseconds::max(), .alert_after = std::chrono::seconds::max()};
  levels.burn_rate_alerts = {{.burn_rate = 1, .long_window = std::chrono::seconds::max(), .short_window = 1s}};
  const auto longest = mistakes_of(levels);
  EXPECT_THAT(longest, HasSubstr("window: 'window' is 9223372036854775807s; it must be from 1h to 366d"));
  EXPECT_THAT(longest, HasSubstr("latency[0].target: 'target' is 9223372036854775.807us; it must be above 0"));
  EXPECT_THAT(longest, HasSubstr("'alert_after' is 9223372036854775807s; it must be from 0s to 1d"));
}

// Google's SRE workbook has 14.4, 6, 3 and 1: half of all requests are bad at 2 times the pace of an objective of 50 %.
TEST(ServiceLevels, ObjectiveThatNoBurnRateCanFireIsAMistake) {
  auto levels = good();
  levels.latency[0].objective = 0.5;
  EXPECT_EQ(mistakes_of(levels), "none");
  levels.burn_rate_alerts.pop_back();
  EXPECT_THAT(
      mistakes_of(levels),
      HasSubstr("latency[0].objective: its error budget, 50%, burns at 2 times its pace at most, so that no burn "
                "rate alert can fire; add one with a lower burn_rate, such as 1"));

  levels.burn_rate_alerts = {{.burn_rate = 10, .long_window = 1h, .short_window = 5min}};
  levels.latency.clear();
  levels.error_rate = RatioLevel{.target = 0.1};
  EXPECT_THAT(mistakes_of(levels), HasSubstr("error_rate.target: its error budget, 10%, burns at 10 times"));
  levels.error_rate->target = 0.09;
  EXPECT_EQ(mistakes_of(levels), "none");
  levels.availability = RatioLevel{.target = 0.5};
  EXPECT_THAT(mistakes_of(levels), HasSubstr("availability.target: its error budget, 50%, burns"));
  levels.availability.reset();
  levels.endpoint_classes = {{.name = "all", .others = true, .objective = 0.5, .target = 1s}};
  EXPECT_THAT(mistakes_of(levels), HasSubstr("endpoint_classes[0].objective: its error budget, 50%, burns"));
}

// In doubles 10 * (1 - 0.9) is less than 1, and 20 * (1 - 0.95) is more.
TEST(ServiceLevels, RoundingDoesNotMakeAnAlertFire) {
  auto levels = good();
  levels.burn_rate_alerts = {{.burn_rate = 20, .long_window = 1h, .short_window = 5min}};
  EXPECT_THAT(mistakes_of(levels), HasSubstr("its error budget, 5%, burns at 20 times its pace at most"));
  levels.burn_rate_alerts[0].burn_rate = 10;
  levels.latency[0].objective = 0.9;
  EXPECT_THAT(mistakes_of(levels), HasSubstr("its error budget, 10%, burns at 10 times its pace at most"));
  levels.burn_rate_alerts[0].burn_rate = 9.9;
  EXPECT_EQ(mistakes_of(levels), "none");
}

TEST(ServiceLevels, BudgetsHaveNoErrorBudget) {
  auto levels = good();
  levels.burn_rate_alerts.pop_back();
  levels.route_budgets = {{.name = "all", .others = true, .objective = 0.5, .target = 1s}};
  levels.query_budgets = {{.name = "all", .objective = 0.5, .target = 1s}};

  EXPECT_EQ(mistakes_of(levels), "none");
}

TEST(ServiceLevels, BurnRateAlertsAreJudged) {
  auto levels = good();
  levels.burn_rate_alerts = {};
  EXPECT_THAT(mistakes_of(levels), HasSubstr("burn_rate_alerts: 'burn_rate_alerts' is empty; leave it out"));

  const BurnRateAlert alert{.burn_rate = 2, .long_window = 1h, .short_window = 5min};
  levels.burn_rate_alerts = {alert, alert, {.burn_rate = 0, .long_window = 1h, .short_window = 1h}};
  const auto mistakes = mistakes_of(levels);
  EXPECT_THAT(mistakes, HasSubstr("burn_rate_alerts[1]: the same alert comes twice; remove one"));
  EXPECT_THAT(mistakes, HasSubstr("burn_rate_alerts[2].burn_rate: 'burn_rate' must be a number above 0"));
  EXPECT_THAT(mistakes, HasSubstr("burn_rate_alerts[2].short_window: 'short_window' is 1h; it must be above 0 and "
                                  "shorter than the long window, 1h"));
}

TEST(ServiceLevels, BurnRateAlertFitsIntoTheWindow) {
  auto levels = good();
  levels.window = 24h;
  levels.burn_rate_alerts = {{.burn_rate = 2, .long_window = 25h, .short_window = 1h}};
  EXPECT_EQ(mistakes_of(levels),
            "vitals: service levels:\nburn_rate_alerts[0].long_window: 'long_window' is 25h; it must be above 0 and at "
            "most the window, 1d");

  levels.burn_rate_alerts = ServiceLevels{}.burn_rate_alerts;  // of which nothing need stand in a file
  EXPECT_EQ(mistakes_of(levels),
            "vitals: service levels:\nburn_rate_alerts: the usual burn rate alerts look back 3d: add burn_rate_alerts "
            "with shorter windows, or a window of 3d at least");
}

TEST(ServiceLevels, RouteBelongsToOneClassOfAList) {
  auto levels = good();
  levels.endpoint_classes = {{.name = "a", .routes = {"GET|POST /x/{id}", "GET /y"}, .target = 1s},
                             {.name = "b", .routes = {"POST /x/{name}", "GET /z", "GET /z"}, .target = 1s}};
  levels.route_budgets = {{.name = "c", .routes = {"GET /y"}, .target = 1s}};
  const auto mistakes = mistakes_of(levels);

  EXPECT_THAT(mistakes, HasSubstr("endpoint_classes[1].routes[0]: route 'POST /x/{name}' belongs to 'a' and to 'b'; "
                                  "leave it in one of them"));
  EXPECT_THAT(mistakes, HasSubstr("endpoint_classes[1].routes[2]: route 'GET /z' comes twice; remove one"));
  EXPECT_THAT(mistakes, Not(HasSubstr("/y")));
}

TEST(ServiceLevels, ClassHasRoutesOrAllOthers) {
  auto levels = good();
  levels.endpoint_classes = {{.name = "a", .target = 1s},
                             {.name = "b", .routes = {"GET /y"}, .others = true, .target = 1s},
                             {.name = "c", .others = true, .target = 1s}};
  const auto mistakes = mistakes_of(levels);

  EXPECT_THAT(mistakes, HasSubstr("endpoint_classes[0]: 'a' has no routes; add 'routes', or 'others: true'"));
  EXPECT_THAT(mistakes, HasSubstr("endpoint_classes[1]: 'others' is for all routes that are not listed; leave out"));
  EXPECT_THAT(mistakes, HasSubstr("endpoint_classes[2].others: a second one of endpoint_classes has all other routes"));
}

TEST(ServiceLevels, RoutesAreAsTheLabelHasThem) {
  const auto of = [](const std::string& route) {
    auto levels = good();
    levels.route_budgets = {{.name = "a", .routes = {route}, .target = 1s}};
    return mistakes_of(levels);
  };

  for (const auto* route :
       {"GET /", "GET /a", "GET|HEAD /a/{id}/b", "POST /static/*", "GET /*", "GET /package.Service/Get"})
    EXPECT_EQ(of(route), "none") << route;
  EXPECT_THAT(of("/a"), HasSubstr("route '/a': it must be a method, a blank and a route; write GET /api/v1/clients"));
  EXPECT_THAT(of(""), HasSubstr("it must be a method, a blank and a route"));
  EXPECT_THAT(of(" /a"), HasSubstr("'' is no HTTP method"));
  EXPECT_THAT(of("GTE /a"), HasSubstr("'GTE' is no HTTP method; did you mean 'GET'?"));
  EXPECT_THAT(of("GET| /a"), HasSubstr("'' is no HTTP method"));
  EXPECT_THAT(of("GET|GET /a"), HasSubstr("'GET' stands there twice; write it once"));
  EXPECT_THAT(of("_OTHER /a"), HasSubstr("'_OTHER' is no HTTP method"));
  EXPECT_THAT(of("GET /a/:id"), HasSubstr("the label 'endpoint' has it as '/a/{id}'; write that"));
  EXPECT_THAT(of("GET /a/(\\d+)"), HasSubstr("the label 'endpoint' has it as '/a/{1}'"));
  EXPECT_THAT(of("GET /a/{}"), HasSubstr("the segment '{}' is neither fixed nor one hole; write it as {name}"));
  EXPECT_THAT(of("GET /a//b"), HasSubstr("has it as '/a/b'"));
  EXPECT_THAT(of("GET //"), HasSubstr("has it as '/'"));
  EXPECT_THAT(of("GET /a/"), HasSubstr("has it as '/a'"));
  EXPECT_THAT(of("GET /*/a"), HasSubstr("put it last"));
  EXPECT_THAT(of("GET /a/../b"), HasSubstr("write the path that it leads to"));
  EXPECT_THAT(of("GET /a?b"), HasSubstr("leave out '?' and '#'"));
  EXPECT_THAT(of("GET /a b"), HasSubstr("no spaces or control characters"));
  EXPECT_THAT(of("GET /\xff"), HasSubstr("it is not UTF-8"));
  EXPECT_THAT(of("GET /" + std::string(256, 'a')), HasSubstr("longer than 256 bytes"));
  EXPECT_THAT(of("GET /{a}/{a}"), HasSubstr("two holes are called 'a'; give each a name of its own"));
  EXPECT_EQ(of("GET /{a}/a/a"), "none");
  std::string long_route = "GET ";
  for (int i = 0; i < 32; ++i) long_route += "/a";
  EXPECT_EQ(of(long_route), "none");
  EXPECT_THAT(of(long_route + "/a"), HasSubstr("it has more than 32 segments"));
}

TEST(ServiceLevels, NamesAreTextsThatDiffer) {
  const auto of = [](const std::string& name) {
    auto levels = good();
    levels.query_budgets = {{.name = "a", .target = 1s}, {.name = name, .target = 1s}};
    return mistakes_of(levels);
  };

  EXPECT_EQ(of("ärztliche \"Befunde\""), "none");
  EXPECT_THAT(of("a"),
              HasSubstr("query_budgets[1].name: a second one of query_budgets is called 'a'; names must differ"));
  EXPECT_THAT(of(""), HasSubstr("'name' is empty; write one"));
  EXPECT_EQ(of(std::string(100, 'b')), "none");
  // C1, a noncharacter, a control of bidirectional text and a separator of lines look as if they were not there.
  const std::string right_to_left = std::string{"\xe2\x80"} + "\xae";  // in pieces, since linters take it for an attack
  for (const auto& name :
       {std::string{" b"}, std::string{"b "}, std::string{"b\n"}, std::string{"\xff"}, std::string(101, 'b'),
        std::string{"b\u0085b"}, std::string{"b\uFFFE"}, right_to_left + "b", std::string{"b\u2028b"}})
    EXPECT_THAT(of(name), HasSubstr("it must be UTF-8 of at most 100 bytes, without control characters and blanks"));
}

TEST(ServiceLevels, KindsOfQueriesAreAsTheirLabels) {
  auto levels = good();
  levels.query_budgets = {
      {.name = "a", .query_types = {"select", "SELECT", "SELECT", "INSRT", "FOO"}, .tables = {"t", "t"}, .target = 1s},
      {.name = "b", .tables = {"t"}, .transactions = true, .target = 1s}};
  const auto mistakes = mistakes_of(levels);

  EXPECT_THAT(mistakes, HasSubstr("query_budgets[0].query_types[0]: query type 'select' is none that the label "
                                  "'query_type' can have; did you mean 'SELECT'?"));
  EXPECT_THAT(mistakes, HasSubstr("query_budgets[0].query_types[2]: 'SELECT' comes twice; remove one"));
  EXPECT_THAT(mistakes, HasSubstr("'INSRT' is none that the label 'query_type' can have; did you mean 'INSERT'?"));
  EXPECT_THAT(mistakes, HasSubstr("'FOO' is none that the label 'query_type' can have; write one such as SELECT"));
  EXPECT_THAT(mistakes, HasSubstr("query_budgets[0].tables[1]: 't' comes twice; remove one"));
  EXPECT_THAT(mistakes, HasSubstr("query_budgets[1]: transactions have no query type and no table; leave out"));
}

// A schema and a table of PostgreSQL have 63 bytes each.
TEST(ServiceLevels, TablesMayHaveTheirSchema) {
  const auto of = [](const std::string& table) {
    auto levels = good();
    levels.query_budgets = {{.name = "a", .tables = {table}, .target = 1s}};
    return mistakes_of(levels);
  };

  EXPECT_EQ(of(std::string(63, 's') + '.' + std::string(63, 't')), "none");
  EXPECT_THAT(of(std::string(128, 't')), HasSubstr("a table is 't"));
  EXPECT_THAT(of(std::string(128, 't')), HasSubstr("it must be UTF-8 of at most 127 bytes"));
}

TEST(ServiceLevels, ThresholdsBecomeBounds) {
  auto levels = guide_levels();
  levels.latency[1].critical = 450ms;
  const auto requests = levels.request_buckets(Buckets{0.1, 1, 10});
  const auto queries = levels.query_buckets(Buckets{0.01, 1});

  EXPECT_THAT(requests.bounds(), ElementsAre(0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.5, 1, 10));
  EXPECT_THAT(queries.bounds(), ElementsAre(0.01, 0.05, 0.1, 0.2, 1));
}

TEST(ServiceLevels, ThresholdBeyondTheLastBoundIsRefused) {
  auto levels = good();
  levels.latency[0] = {.target = 1s, .critical = 2500ms, .alert = 20s};
  levels.query_budgets = {{.name = "a", .target = 10s}};

  EXPECT_NO_THROW((void)levels.request_buckets(Buckets{30}));
  try {
    (void)levels.request_buckets(Buckets{1, 2.5});
    ADD_FAILURE();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(
        error.what(),
        "vitals: service levels:\n"
        "latency[0].critical: 2500ms is not below the last bucket bound, 2.5s, above which no percentile can be "
        "told; give buckets that go further\n"
        "latency[0].alert: 20s is not below the last bucket bound, 2.5s, above which no percentile can be told; "
        "give buckets that go further");
  }
  EXPECT_THROW((void)levels.query_buckets(Buckets::latency()), std::invalid_argument);
}

// Were they sorted here, the histogram could not tell the mistake any more.
TEST(ServiceLevels, BoundsThatNoHistogramTakesStayAsTheyAre) {
  EXPECT_THAT(good().request_buckets(Buckets{1, 0.5, 10}).bounds(), ElementsAre(1, 0.5, 10));
  EXPECT_THAT(good().request_buckets(Buckets{0.5, 0.5}).bounds(), ElementsAre(0.5, 0.5));
}

// 0.1 + 2 * 0.1 is 0.30000000000000004, which would be a second bound of 300 ms.
TEST(ServiceLevels, BoundThatIsAThresholdButForRoundingGivesWayToIt) {
  auto levels = good();
  levels.latency[0].target = 300ms;
  const auto base = Buckets::linear(0.1, 0.1, 5);
  ASSERT_NE(base.bounds()[2], 0.3);

  EXPECT_THAT(levels.request_buckets(base).bounds(), ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_THROW((void)levels.request_buckets(Buckets::linear(0.1, 0.1, 3)), std::invalid_argument);
}

// A bound is found by le="0.15": it must be the double that this text is.
TEST(ServiceLevels, BoundsAreTheDoublesOfTheirDecimals) {
  for (int us = 1; us < 20'000'000; us += 997) {
    auto levels = good();
    levels.latency[0].target = std::chrono::microseconds{us};
    const auto bounds = levels.request_buckets(Buckets{100});

    ASSERT_EQ(bounds.bounds().front(), std::stod(std::to_string(us) + "e-6"));
  }
}

}  // namespace
}  // namespace vitals
