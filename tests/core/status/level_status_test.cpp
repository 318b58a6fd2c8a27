#include <array>
#include <chrono>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/level_status.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/levels/guide_levels.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto kDay = std::chrono::hours{24};

ServiceLevels availability(double target = 0.999) { return {.availability = RatioLevel{.target = target}}; }

// A service whose objective `availability` is counted by hand.
struct Service {
  explicit Service(const ServiceLevels& of = availability()) : levels{of} {}

  void count(std::uint64_t n, std::uint64_t bad = 0) {
    registry.counter("slo_events_total", "E.", {"slo"}).with("availability").inc(n);
    registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability").inc(bad);
  }
  /// Time passes, with a sample at each interval, and this many events of each.
  void run(std::chrono::seconds time, std::uint64_t n = 0, std::uint64_t bad = 0) {
    for (; time > 0s; time -= status.interval()) {
      if (n > 0) count(n, bad);
      clock.advance(status.interval());
      status.sample();
    }
  }
  ObjectiveStatus now() { return status.objectives().at(0); }
  WindowStatus over(std::chrono::seconds window) {
    for (const auto& one : now().burn_rates) {
      if (one.window == window) return one;
    }
    throw std::out_of_range{"no such window"};
  }

  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  const ServiceLevels levels;
  LevelStatus status{registry, levels};
};

TEST(LevelStatus, BurnRateIsTheShareOfBadEventsByTheBudget) {
  Service service;
  service.run(5min, 1000, 3);

  const auto five = service.over(5min);
  EXPECT_EQ(five.events, 5000);
  EXPECT_EQ(five.bad_events, 15);
  EXPECT_TRUE(five.is_full);
  EXPECT_EQ(five.covered, 5min);
  EXPECT_DOUBLE_EQ(five.burn_rate.value(), 3);
  EXPECT_EQ(service.now().events, 5000);
  EXPECT_DOUBLE_EQ(service.now().compliance.value(), 0.997);
}

TEST(LevelStatus, WindowsAreThoseOfTheAlerts) {
  Service service;
  std::vector<std::chrono::seconds> windows;
  for (const auto& one : service.now().burn_rates) windows.push_back(one.window);

  EXPECT_EQ(windows, (std::vector<std::chrono::seconds>{5min, 30min, 1h, 2h, 6h, kDay, 3 * kDay}));
  EXPECT_EQ(service.now().error_budget.window.window, 30 * kDay);
  EXPECT_EQ(service.status.interval(), 1min);
}

TEST(LevelStatus, AWindowThatIsNotFullSaysHowMuchOfItIsCovered) {
  Service service;
  service.run(7min, 10, 1);
  service.clock.advance(15s);

  EXPECT_TRUE(service.over(5min).is_full);
  EXPECT_FALSE(service.over(30min).is_full);
  EXPECT_EQ(service.over(30min).covered, 7min + 15s);
  EXPECT_EQ(service.over(30min).events, 70);
  EXPECT_FALSE(service.now().error_budget.window.is_full);
}

TEST(LevelStatus, AWindowBeginsAtTheLastSampleThatIsAsOld) {
  Service service;
  service.run(1min, 1000, 1000);
  service.run(5min, 1);
  EXPECT_EQ(service.over(5min).bad_events, 0);  // to the second

  service.run(1min, 0, 0);
  service.count(500, 500);
  service.clock.advance(59s);  // no sample is 5 min old, the last one before is 5 min and 59 s
  const auto five = service.over(5min);
  EXPECT_EQ(five.covered, 5min + 59s);
  EXPECT_EQ(five.events, 4 + 500);
  EXPECT_EQ(five.bad_events, 500);
}

TEST(LevelStatus, WhatHappensNowCountsAtOnce) {
  Service service;
  service.run(5min, 100);
  service.count(500, 500);

  EXPECT_EQ(service.over(5min).bad_events, 500);
}

TEST(LevelStatus, NoEventsBurnNothingAndProveNothing) {
  Service service;
  service.count(0);
  service.run(10min);

  const auto status = service.now();
  EXPECT_EQ(status.events, 0);
  EXPECT_EQ(status.compliance, std::nullopt);
  EXPECT_EQ(status.error_budget.remaining, std::nullopt);
  EXPECT_EQ(service.over(5min).burn_rate, std::nullopt);
  for (const auto& alert : status.alerts) EXPECT_FALSE(alert.is_firing);
}

TEST(LevelStatus, AnAlertFiresIfBothWindowsBurn) {
  Service service;
  const auto firing = [&] {
    std::vector<bool> all;
    for (const auto& alert : service.now().alerts) all.push_back(alert.is_firing);
    return all;
  };
  service.run(1h, 1000);
  EXPECT_EQ(firing(), (std::vector{false, false, false, false}));

  service.run(5min, 1000, 200);  // 200 times over 5 min, 16.7 over 1 h, 15.4 over what is covered
  EXPECT_EQ(firing(), (std::vector{true, true, true, true}));

  service.run(10min, 1000);  // the long windows still burn, the shortest doesn't any more
  EXPECT_EQ(firing(), (std::vector{false, true, true, true}));
}

TEST(LevelStatus, AnAlertThatCanNeverFireSaysSo) {
  Service service{availability(0.5)};
  service.run(10min, 10, 10);

  const auto alerts = service.now().alerts;
  EXPECT_FALSE(alerts[0].can_fire);
  EXPECT_FALSE(alerts[0].is_firing);
  EXPECT_TRUE(alerts[3].can_fire);
  EXPECT_TRUE(alerts[3].is_firing);  // burns at 2 times its pace
}

TEST(LevelStatus, ABudgetOfThirtyDaysIsUsedUpAndComesBack) {
  Service service;
  service.run(30 * kDay, 1000, 0);
  EXPECT_DOUBLE_EQ(service.now().error_budget.remaining.value(), 1);
  EXPECT_EQ(service.now().error_budget.exhausted_in, std::nullopt);

  service.run(3 * kDay, 1000, 5);  // half of the budget in a tenth of the window
  auto budget = service.now().error_budget;
  EXPECT_TRUE(budget.window.is_full);
  EXPECT_NEAR(budget.remaining.value(), 0.5, 0.02);
  EXPECT_EQ(budget.pace_window, 1h);
  EXPECT_NEAR(budget.exhausted_in->count(), 3 * 86'400, 0.02 * 3 * 86'400);

  service.run(4 * kDay, 1000, 5);
  budget = service.now().error_budget;
  EXPECT_LT(budget.remaining.value(), 0);
  EXPECT_EQ(budget.exhausted_in->count(), 0);

  service.run(31 * kDay, 1000, 0);
  EXPECT_DOUBLE_EQ(service.now().error_budget.remaining.value(), 1);
}

TEST(LevelStatus, OfAYoungProcessTheBudgetOfTheWholeWindowCounts) {
  Service service;
  service.run(1h, 1000, 0);
  service.run(1h, 1000, 1);  // at its pace

  const auto budget = service.now().error_budget;
  EXPECT_DOUBLE_EQ(budget.remaining.value(), 0.5);
  EXPECT_DOUBLE_EQ(budget.exhausted_in->count(), 30 * 86'400 - 3600);
}

TEST(LevelStatus, WhatNothingCountsForIsUnknown) {
  Service service;
  service.run(10min);

  const auto status = service.now();
  EXPECT_EQ(status.events, std::nullopt);
  EXPECT_EQ(status.bad_events, std::nullopt);
  EXPECT_EQ(status.compliance, std::nullopt);
  EXPECT_EQ(status.error_budget.remaining, std::nullopt);
  EXPECT_EQ(status.error_budget.window.covered, 0s);
  EXPECT_FALSE(service.over(5min).is_full);
  EXPECT_THAT(service.status.to_json(), HasSubstr("\"events\": null"));
  EXPECT_THAT(service.status.to_json(), HasSubstr("\"note\": \"nothing counts for this objective"));
  EXPECT_EQ(to_text(service.registry), "");  // it makes no series either
}

TEST(LevelStatus, CountersMayComeLater) {
  Service service;
  service.run(10min);
  service.run(5min, 100, 1);

  EXPECT_EQ(service.over(30min).covered, 5min);
  EXPECT_EQ(service.over(30min).events, 500);
  EXPECT_TRUE(service.over(5min).is_full);
}

TEST(LevelStatus, WhatWasCountedBeforeBelongsToNoWindow) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  registry.counter("slo_events_total", "E.", {"slo"}).with("availability").inc(1000);
  registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability").inc(1000);
  LevelStatus status{registry, availability()};

  EXPECT_EQ(status.objectives()[0].events, 1000);
  EXPECT_EQ(status.objectives()[0].burn_rates[0].events, 0);
}

TEST(LevelStatus, CountersThatAreMadeAnewBeginAtZero) {
  for (const std::uint64_t after : {10U, 2000U}) {  // fewer than before, and more
    Service service;
    service.run(5min, 100, 50);
    service.registry.remove("slo_events_total");
    service.registry.remove("slo_bad_events_total");
    service.run(1min, after, 1);

    const auto status = service.now();
    EXPECT_EQ(status.events, after);
    EXPECT_EQ(status.bad_events, 1);
    EXPECT_EQ(service.over(5min).events, 400 + after);
    EXPECT_EQ(service.over(5min).bad_events, 200 + 1);
  }
}

TEST(LevelStatus, CountersThatEndAreUnknownFromThenOn) {
  Service service;
  service.run(10min, 100, 50);
  service.registry.remove("slo_bad_events_total");
  EXPECT_EQ(service.now().events, std::nullopt);
  EXPECT_EQ(service.over(5min).events, 0);

  service.run(2min, 7, 0);
  EXPECT_EQ(service.over(5min).events, 1014);  // the other one was there all the time
  EXPECT_FALSE(service.over(5min).is_full);
}

TEST(LevelStatus, OthersMetricsOfTheseNamesAreNoCounters) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  registry.counter("slo_events_total", "E.").inc();
  registry.gauge("slo_bad_events_total", "B.", {"slo"}).with("availability").set(5);
  LevelStatus status{registry, availability()};

  EXPECT_EQ(status.objectives()[0].events, std::nullopt);
}

TEST(LevelStatus, AGapIsCoveredAsAWhole) {
  Service service;
  service.run(5min, 100);
  service.count(6000, 3000);
  service.clock.advance(2h);  // nobody took a sample

  const auto five = service.over(5min);
  EXPECT_EQ(five.covered, 2h);  // when in it they were bad can't be told
  EXPECT_EQ(five.events, 6000);
  EXPECT_TRUE(five.is_full);

  service.run(6min, 100);
  EXPECT_EQ(service.over(5min).bad_events, 0);
  EXPECT_EQ(service.over(30min).bad_events, 3000);
}

TEST(LevelStatus, TheTimeOfTheDayMayJump) {
  struct Jumping final : Clock {
    std::int64_t unix_nanos() const noexcept override { return at.unix_nanos() + jump; }
    std::int64_t steady_nanos() const noexcept override { return at.steady_nanos(); }
    testing::FakeClock at;
    std::int64_t jump = 0;
  } clock;
  Registry registry{{.clock = &clock}};
  auto& events = registry.counter("slo_events_total", "E.", {"slo"}).with("availability");
  registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability");
  LevelStatus status{registry, availability()};
  for (const std::int64_t jump : {-1'000'000'000'000'000L, 0L, 1'000'000'000'000'000L}) {
    clock.jump = jump;
    events.inc(10);
    clock.at.advance(1min);
    status.sample();
  }

  EXPECT_EQ(status.objectives()[0].burn_rates[0].events, 30);
  EXPECT_EQ(status.objectives()[0].burn_rates[0].covered, 3min);
}

TEST(LevelStatus, TakesASampleAtEachScrape) {
  Service service;
  for (int i = 0; i < 10; ++i) {
    service.count(100, i == 0 ? 100 : 0);
    service.clock.advance(1min);
    (void)to_text(service.registry);
  }

  EXPECT_EQ(service.over(5min).events, 500);
  EXPECT_EQ(service.over(5min).bad_events, 0);
}

TEST(LevelStatus, FrequentSamplesDoNotShortenTheHistory) {
  Service service;
  service.count(100, 100);
  for (int i = 0; i < 6 * 3600; ++i) {
    service.clock.advance(1s);
    service.status.sample();
    (void)service.now();
  }

  EXPECT_TRUE(service.over(6h).is_full);
  EXPECT_FALSE(service.over(kDay).is_full);
  EXPECT_EQ(service.over(kDay).bad_events, 100);
}

TEST(LevelStatus, AScopeHasLevelsOfItsOwn) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  const Scope part = registry.scope({.prefix = "part_", .labels = {{"part", "a"}}});
  part.counter("slo_events_total", "E.", {"slo"}).with("availability").inc(3);
  part.counter("slo_bad_events_total", "B.", {"slo"}).with("availability").inc(1);

  EXPECT_EQ((LevelStatus{part, availability()}.objectives()[0].events), 3);
  EXPECT_EQ((LevelStatus{registry, availability()}.objectives()[0].events), std::nullopt);
}

TEST(LevelStatus, HasAllObjectivesOfAService) {
  Registry registry;
  LevelStatus status{registry, testing::guide_levels()};
  std::vector<std::string> names;
  for (const auto& one : status.objectives()) names.push_back(one.name);

  EXPECT_EQ(names, (std::vector<std::string>{"latency-p50", "latency-p95", "latency-p99", "error-rate", "availability",
                                             "latency-critical-p95", "latency-important-p95", "latency-standard-p95"}));
}

TEST(LevelStatus, RefusesLevelsWithMistakes) {
  Registry registry;
  try {
    const LevelStatus status{registry, {.availability = RatioLevel{.target = 2}}};
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("vitals::LevelStatus: service levels:\navailability.target: 'target' is 2"));
  }
}

TEST(LevelStatus, IsJson) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  const ServiceLevels levels{.endpoint_classes = {{.name = R"(a "b\c)", .others = true, .target = 1s}},
                             .burn_rate_alerts = {{AlertSeverity::Ticket, 2, 1h, 5min}}};
  LevelStatus status{registry, levels};
  const char* name = R"(latency-a "b\c-p95)";
  auto& events = registry.counter("slo_events_total", "E.", {"slo"}).with(name);
  auto& bad = registry.counter("slo_bad_events_total", "B.", {"slo"}).with(name);
  events.inc(8000);
  bad.inc(100);
  clock.advance(90'500ms);

  EXPECT_EQ(status.to_json(), R"({"window_seconds": 2592000, "sample_interval_seconds": 60, "objectives": [
  {"name": "latency-a \"b\\c-p95", "objective": 0.95, "events": 8000, "bad_events": 100, "compliance": 0.9875,
    "error_budget": {"window_seconds": 2592000, "covered_seconds": 90.5, "full": false, "events": 8000, "bad_events": 100, "burn_rate": 0.25, "remaining": 0.75, "exhausted_in_seconds": null, "pace_window_seconds": 3600},
    "burn_rates": [
      {"window_seconds": 300, "covered_seconds": 90.5, "full": false, "events": 8000, "bad_events": 100, "burn_rate": 0.25},
      {"window_seconds": 3600, "covered_seconds": 90.5, "full": false, "events": 8000, "bad_events": 100, "burn_rate": 0.25}],
    "alerts": [
      {"severity": "ticket", "burn_rate": 2, "long_window_seconds": 3600, "short_window_seconds": 300, "can_fire": true, "firing": false}]}]}
)");
}

// Against all that ever happened, kept in full.
TEST(LevelStatus, AgreesWithAModelThatForgetsNothing) {
  struct Event {
    std::int64_t time;
    std::uint64_t events;
    std::uint64_t bad;
  };
  for (const unsigned seed : {1U, 2U, 3U, 4U}) {
    std::mt19937 random(seed);
    Service service;
    service.count(0);
    (void)service.now();
    std::vector<Event> happened;
    for (int i = 0; i < 4000; ++i) {
      service.clock.advance(std::chrono::milliseconds{random() % 90'000});
      const std::uint64_t n = random() % 50;
      happened.push_back({service.clock.steady_nanos(), n, n == 0 ? 0 : random() % n});
      service.count(n, happened.back().bad);
      service.clock.advance(1ms);
      if (random() % 20 != 0) service.status.sample();  // else it is late
      if (i % 50 != 0) continue;
      const std::int64_t now = service.clock.steady_nanos();
      for (const auto& window : service.now().burn_rates) {
        std::uint64_t events = 0;
        std::uint64_t bad = 0;
        for (const auto& event : happened) {
          if (event.time <= now - window.covered.count()) continue;
          events += event.events;
          bad += event.bad;
        }
        ASSERT_EQ(window.events, events) << window.window.count();
        ASSERT_EQ(window.bad_events, bad);
        ASSERT_EQ(window.is_full, window.covered >= window.window);
        // As long as the window, to within late samples and 3 %.
        if (window.is_full) {
          ASSERT_LE(window.covered, window.window + 6min + window.window / 33);
        }
        if (events > 0) {
          ASSERT_DOUBLE_EQ(window.burn_rate.value(), static_cast<double>(bad) / static_cast<double>(events) / 0.001);
        }
      }
    }
  }
}

}  // namespace
}  // namespace vitals
