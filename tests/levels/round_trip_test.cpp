// What is written is read as equal levels, and written in the same way again.
#include <string>

#include <gmock/gmock.h>

#include <vitals/levels.hpp>

#include "core/levels/guide_levels.hpp"
#include "levels/random_levels.hpp"
#include "support/test_path.hpp"

namespace vitals {
namespace {

TEST(LevelsRoundTrip, OfAWholeServicesLevels) {
  const auto levels = testing::guide_levels();
  const auto yaml = levels.to_yaml();
  const auto read = ServiceLevels::parse(yaml);

  EXPECT_EQ(read, levels);
  EXPECT_EQ(read.to_yaml(), yaml);
}

TEST(LevelsRoundTrip, OfRandomLevels) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    const auto levels = testing::RandomLevels{seed}.make();
    ASSERT_NO_THROW(levels.check()) << seed;
    const auto yaml = levels.to_yaml();
    ASSERT_NO_THROW({ ASSERT_EQ(ServiceLevels::parse(yaml), levels) << yaml; }) << yaml;
    ASSERT_EQ(ServiceLevels::parse(yaml).to_yaml(), yaml);
  }
}

TEST(LevelsRoundTrip, ClinicsFileIsTheSameInCpp) {
  EXPECT_EQ(ServiceLevels::load(test_path("../examples/clinic/service-levels.yml")), testing::guide_levels());
}

TEST(LevelsRoundTrip, WhatIsWrittenIsForPeople) {
  using namespace std::chrono_literals;
  const ServiceLevels levels{.latency = {{.target = 150ms, .critical = 500ms}},
                             .error_rate = RatioLevel{.target = 0.001},
                             .route_budgets = {{.name = "lists", .routes = {"GET /a/{id}"}, .target = 1s}},
                             .burn_rate_alerts = {{AlertSeverity::Ticket, 14.4, 1h, 5min}}};

  EXPECT_EQ(levels.to_yaml(), R"(window: 30d
bad_statuses:
  - "5xx"
latency:
  - objective: 95%
    target: 150ms
    critical: 500ms
    alert_after: 5m
error_rate:
  target: 0.1%
  alert_after: 5m
route_budgets:
  - name: lists
    routes:
      - GET /a/{id}
    objective: 95%
    target: 1s
    alert_after: 5m
burn_rate_alerts:
  - severity: ticket
    burn_rate: 14.4
    long_window: 1h
    short_window: 5m
)");
}

TEST(LevelsRoundTrip, WrongLevelsAreNotWritten) {
  EXPECT_THROW((void)ServiceLevels{}.to_yaml(), std::invalid_argument);
}

}  // namespace
}  // namespace vitals
