#include "core/layers/macro_table_layer.hpp"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>

namespace engine {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::value;

TEST(MacroTableLayer, ShowsAllSeriesFromTheStart) {
  vitals::Registry registry;
  const Metrics metrics{registry};

  const auto families = registry.snapshot();
  EXPECT_EQ(families.size(), 19U);
  std::size_t series = 0;
  for (const auto& family : families) series += family.metrics.size();
  EXPECT_EQ(series, 10U + 4 * 4 + 3 * 3 + 2 + 3);
  EXPECT_THAT(vitals::to_text(registry),
              AllOf(HasSubstr("# TYPE engine_requests counter\n"), HasSubstr("engine_requests{type=\"delete\"} 0\n")));
}

TEST(MacroTableLayer, EnumeratorsLeadToTheirSeries) {
  vitals::Registry registry;
  Metrics metrics{registry};
  metrics.restarts.inc();
  metrics.requests[Request::Scan].inc(3);
  metrics.cache[Outcome::Miss].inc();
  metrics.memory.set(1024);
  metrics.write_size.observe(100);
  metrics.request_time[Request::Get].observe(0.002);
  {
    const auto running = metrics.running[Task::Flush].track();
    EXPECT_EQ(value(registry, "engine_tasks_running", {{"type", "flush"}}), 1);
  }

  EXPECT_EQ(value(registry, "engine_restarts"), 1);
  EXPECT_EQ(value(registry, "engine_requests", {{"type", "scan"}}), 3);
  EXPECT_EQ(value(registry, "engine_requests", {{"type", "get"}}), 0);
  EXPECT_EQ(value(registry, "engine_cache_lookups", {{"type", "miss"}}), 1);
  EXPECT_EQ(value(registry, "engine_tasks_running", {{"type", "flush"}}), 0);
  EXPECT_THAT(vitals::to_text(registry), HasSubstr("engine_request_seconds_bucket{type=\"get\",le=\"0.0025\"} 1\n"));
}

TEST(MacroTableLayer, SeriesHaveBucketsOfTheirOwn) {
  vitals::Registry registry;
  Metrics metrics{registry};
  metrics.task_time[Task::Backup].observe(100);

  EXPECT_THAT(metrics.task_time[Task::Backup].snapshot().bounds(), ElementsAre(60, 600, 3600));
  EXPECT_THAT(metrics.task_time[Task::Flush].snapshot().bounds(), ElementsAre(0.01, 0.1, 1, 10));
  EXPECT_THAT(vitals::to_text(registry), HasSubstr("engine_task_seconds_bucket{type=\"backup\",le=\"600\"} 1\n"));
}

TEST(MacroTableLayer, GroupsComeAndGo) {
  vitals::Registry registry;
  Metrics metrics{registry};
  const auto gold = metrics.group("gold");
  const auto other = metrics.group("other");
  gold->units.inc(2.5);
  gold->requests[Request::Put].inc();
  gold->stage_time[Stage::Plan].observe(0.01);
  EXPECT_EQ(metrics.group("gold"), gold);
  EXPECT_EQ(value(registry, "engine_group_units", {{"resource_group", "gold"}}), 2.5);
  EXPECT_EQ(value(registry, "engine_group_requests", {{"type", "put"}, {"resource_group", "gold"}}), 1);

  EXPECT_TRUE(metrics.remove_group("gold"));
  EXPECT_FALSE(metrics.remove_group("gold"));
  gold->requests[Request::Put].inc();
  EXPECT_THAT(vitals::to_text(registry), AllOf(Not(HasSubstr("gold")), HasSubstr("other")));

  metrics.group("gold")->requests[Request::Put].inc();
  EXPECT_EQ(value(registry, "engine_group_requests", {{"type", "put"}, {"resource_group", "gold"}}), 1);
}

TEST(MacroTableLayer, ThreadsShareOneInstance) {
  constexpr int kThreads = 4;
  constexpr int kTimes = 1'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kTimes; ++i) Metrics::instance().requests[Request::Get].inc();
      Metrics::instance().group("shared")->units.inc();
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(value(vitals::default_registry(), "engine_requests", {{"type", "get"}}), kThreads * kTimes);
  EXPECT_EQ(value(vitals::default_registry(), "engine_group_units", {{"resource_group", "shared"}}), kThreads);
}

}  // namespace
}  // namespace engine
