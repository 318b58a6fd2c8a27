// Registry::remove(): metrics end, their names are free, and what users hold of them stays harmless.
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "support/this_process.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::kSanitized;
using vitals::testing::resident_bytes;
using vitals::testing::value;

TEST(RegistryRemove, EndsMetricsOfEveryTypeAndTheirNames) {
  Registry registry;
  registry.counter("a_total", "A.").inc();
  registry.gauge("b", "B.").set(1);
  registry.histogram("c", "C.", Buckets{1}).observe(1);
  registry.histogram("d", "D.", Native{}).observe(1);
  registry.summary("e", "E.").observe(1);
  registry.peak_gauge("f", "F.").observe(1);
  registry.state_set("g", "G.", {"x"}).set("x");
  registry.untyped("h", "H.").set(1);
  registry.info("i", "I.", {{"v", "1"}});
  registry.counter("j_total", "J.", {"x"}).with(1).inc();
  registry.gauge("k", "K.", LabelNames{{"x"}}).with({{"x", 1}}).set(1);
  registry.gauge("l", "L.", LabelNames::any()).with({{"y", 1}}).set(1);

  for (const char* name : {"a_total", "b", "c", "d", "e", "f", "g", "h", "i_info", "j_total", "k", "l"}) {
    EXPECT_TRUE(registry.remove(name)) << name;
    EXPECT_FALSE(registry.remove(name)) << name;
  }

  EXPECT_EQ(to_text(registry), "");
  EXPECT_EQ(to_openmetrics(registry), "# EOF\n");
  EXPECT_EQ(to_protobuf(registry), "");
  EXPECT_TRUE(registry.snapshot().empty());
}

TEST(RegistryRemove, TakesTheNameThatWasGiven) {
  Registry registry;
  registry.counter("jobs", "J.");
  registry.info("build", "B.", {{"v", "1"}});

  EXPECT_FALSE(registry.remove("job"));
  EXPECT_TRUE(registry.remove("jobs"));
  EXPECT_TRUE(registry.remove("build"));
  EXPECT_EQ(to_text(registry), "");
}

TEST(RegistryRemove, NameMayReturnAsAnything) {
  Registry registry;
  registry.counter("a_total", "A.", {"x"}).with(1).inc();
  EXPECT_THROW(registry.gauge("a_total", "A."), std::invalid_argument);

  EXPECT_TRUE(registry.remove("a_total"));
  registry.gauge("a_total", "Now a gauge.", {"y"}).with(2).set(3);

  EXPECT_EQ(to_text(registry), "# HELP a_total Now a gauge.\n# TYPE a_total gauge\na_total{y=\"2\"} 3\n");
  EXPECT_TRUE(registry.remove("a_total"));
  const auto token = registry.gauge_callback("a_total", "A.", [] { return 7.0; });
  EXPECT_THAT(to_text(registry), HasSubstr("a_total 7\n"));
}

TEST(RegistryRemove, StartsFromZeroAgain) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1});
  family.with(1).inc(5);
  family.with(2).inc();
  registry.counter("b_total", "B.").inc(5);
  EXPECT_TRUE(registry.remove("a_total"));
  EXPECT_TRUE(registry.remove("b_total"));

  auto& again = registry.counter("a_total", "Another help.", {"x"}, {.max_series = 2});

  EXPECT_EQ(again.size(), 0U);
  EXPECT_EQ(again.with(1).value(), 0);
  again.with(2).inc(2);
  EXPECT_EQ(value(registry, "a_total", {{"x", "2"}}), 2);
  EXPECT_EQ(registry.counter("b_total", "B.").value(), 0);
}

TEST(RegistryRemove, WhatUsersHoldShowsNowhere) {
  constexpr int kTimes = 3;
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& family = registry.counter("b_total", "B.", {"x"});
  auto& series = family.with(1);
  auto& histograms = registry.histogram("c", "C.", {"x"}, Buckets{1, 2});
  auto& natives = registry.histogram("d", "D.", {"x"}, Native{});
  auto& summaries = registry.summary("e", "E.", {"x"});
  auto& peaks = registry.peak_gauge("f", "F.", {"x"});
  auto& states = registry.state_set("g", "G.", {"x"}, {"on"});
  auto& gauges = registry.gauge("h", "H.", LabelNames{{"x"}});
  auto& open = registry.gauge("i", "I.", LabelNames::any());
  auto& info = registry.info("j", "J.", {{"v", "1"}});
  auto scoped = family.scoped(7);
  auto bound = vitals::bound(family, each(1, 2));
  for (const char* name : {"a_total", "b_total", "c", "d", "e", "f", "g", "h", "i", "j"})
    ASSERT_TRUE(registry.remove(name)) << name;
  // Of the same kinds, which may have the memory of what has ended.
  registry.counter("a2_total", "A.");
  auto& other = registry.counter("b2_total", "B.", {"x"});
  registry.histogram("c2", "C.", {"x"}, Buckets{1, 2}).with(1);
  registry.gauge("h2", "H.", LabelNames{{"x"}}).with({{"x", 1}});
  other.with(1);
  const std::string before = to_text(registry);

  for (int i = 0; i < kTimes; ++i) {
    counter.inc();
    series.inc();
    family.with(1).inc();
    family.with("new").add(0.5);
    family.with("\xFF").inc(1, {{"trace_id", "x"}});
    bound[1].inc();
    bound[9].inc();
    scoped->inc();
    histograms.with(1).observe(1);
    histograms.with_bounds(Buckets{5}, "own").observe(1, {{"trace_id", "x"}});
    natives.with(1).observe(2);
    summaries.with(1).observe(3);
    peaks.with(1).observe(4);
    states.with(1).set("on");
    gauges.with({{"x", 1}}).set(5);
    open.with({{"any", 1}}).set(6);
    info.set({{"v", "2"}});
    EXPECT_EQ(family.size() + gauges.size(), 0U);
    EXPECT_FALSE(family.remove(1));
    EXPECT_EQ(family.clear(), 0U);
    EXPECT_EQ(open.remove_matching({{"any", 1}}), 0U);
    EXPECT_EQ(natives.with(1).snapshot().count(), 0U);
    EXPECT_EQ(summaries.with(1).snapshot().count(), 0U);
    EXPECT_EQ(histograms.with(1).snapshot().count(), 0U);
  }
  scoped = other.scoped("later");

  EXPECT_TRUE(info.labels().empty());
  EXPECT_EQ(other.size(), 2U);
  EXPECT_TRUE(other.remove("later"));
  EXPECT_EQ(to_text(registry), before);
}

TEST(RegistryRemove, EndsCallbacksAsTheirTokensDo) {
  Registry registry;
  int calls = 0;
  std::vector<CollectorToken> tokens;
  tokens.push_back(registry.gauge_callback("a", "A.", [&] {
    ++calls;
    return 1.0;
  }));
  tokens.push_back(registry.counter_callback("b_total", "B.", {"x"}, [](Samples<1>& out) { out.add(1, "y"); }));
  (void)to_text(registry);
  ASSERT_EQ(calls, 1);

  EXPECT_TRUE(registry.remove("a"));
  EXPECT_TRUE(registry.remove("b_total"));

  EXPECT_EQ(to_text(registry), "");
  EXPECT_EQ(calls, 1);
  tokens.clear();
  registry.gauge("a", "A.").set(2);
  EXPECT_THAT(to_text(registry), HasSubstr("a 2\n"));
}

TEST(RegistryRemove, WaitsForACallbackThatIsRunning) {
  Registry registry;
  std::atomic<bool> begun{false};
  std::atomic<bool> ended{false};
  const auto token = registry.gauge_callback("a", "A.", [&] {
    begun = true;
    std::this_thread::sleep_for(20ms);
    ended = true;
    return 1.0;
  });
  std::thread scrape{[&] { (void)to_text(registry); }};
  while (!begun) std::this_thread::yield();

  EXPECT_TRUE(registry.remove("a"));
  EXPECT_TRUE(ended);
  scrape.join();
}

TEST(RegistryRemove, ScopesEndTheirOwnAndARegistryAll) {
  Registry registry;
  auto log = registry.scope({.prefix = "app_", .labels = {{"component", "log"}}});
  auto net = registry.scope({.prefix = "app_", .labels = {{"component", "net"}}});
  log.counter("lines_total", "L.").inc();
  net.counter("lines_total", "L.").inc();
  log.info("build", "B.", {{"v", "1"}});

  EXPECT_FALSE(registry.remove("lines_total"));
  EXPECT_TRUE(log.remove("lines_total"));
  EXPECT_FALSE(log.remove("lines_total"));
  EXPECT_THAT(to_text(registry), HasSubstr("app_lines_total{component=\"net\"} 1\n"));
  EXPECT_THROW(registry.gauge("app_lines_total", "L."), std::invalid_argument);
  log.counter("lines_total", "L.").inc(2);
  EXPECT_TRUE(registry.remove("app_lines_total"));
  EXPECT_TRUE(log.remove("build"));

  EXPECT_EQ(to_text(registry), "");
  registry.gauge("app_lines_total", "L.");
}

TEST(RegistryRemove, LeavesCollectorsAlone) {
  Registry registry;
  EXPECT_FALSE(registry.remove(""));
  registry.keep_collector([](auto& out) { out.push_back({"a", "A.", MetricType::Gauge, {{.value = 1}}}); });

  EXPECT_FALSE(registry.remove("a"));
  EXPECT_FALSE(registry.remove(""));
  EXPECT_THAT(to_text(registry), HasSubstr("a 1\n"));
}

// Models that are loaded and unloaded, for a long time.
TEST(RegistryRemove, MetricsThatComeAndGoTakeNoMemory) {
  constexpr int kRounds = kSanitized ? 500 : 60'000;
  Registry registry;
  const auto come_and_go = [&](int i) {
    const std::string name = "model_" + std::to_string(i) + "_";
    registry.counter(name + "requests_total", "R.").inc();
    registry.histogram(name + "seconds", "S.", Buckets{1, 2, 3}).observe(1);
    registry.gauge(name + "queue", "Q.", {"shard"}).with(i).set(1);
    registry.counter(name + "errors_total", "E.", LabelNames::any()).with({{"why", "x"}}).inc();
    registry.info(name + "build", "B.", {{"v", "1"}});
    auto tenant = registry.scope({.labels = {{"tenant", std::to_string(i % 500)}}});
    tenant.state_set("states", "S.", LabelNames::any(), {"on"}).with({{"y", 1}}).set("on");
    EXPECT_THROW(registry.info(name + "seconds_sum", "S.", {{"v", "1"}}), std::invalid_argument);
    if (i % 1000 == 0) (void)to_text(registry);
    for (const char* rest : {"requests_total", "seconds", "queue", "errors_total", "build"})
      ASSERT_TRUE(registry.remove(name + rest));
    ASSERT_TRUE(tenant.remove("states"));
  };
  for (int i = 0; i < kRounds / 4; ++i) come_and_go(i);
  const std::size_t before = resident_bytes();

  for (int i = kRounds / 4; i < kRounds; ++i) come_and_go(i);

  EXPECT_EQ(to_text(registry), "");
  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (std::size_t{2} << 20));
  }
}

TEST(RegistryRemove, InfosThatAreRefusedTakeNoMemory) {
  constexpr int kRounds = kSanitized ? 100 : 60'000;
  Registry registry;
  registry.gauge("a_info", "A.");
  const auto refused = [&] { EXPECT_THROW(registry.info("a", "A.", {{"v", "1"}}), std::invalid_argument); };
  for (int i = 0; i < 100; ++i) refused();
  const std::size_t before = resident_bytes();

  for (int i = 0; i < kRounds; ++i) refused();

  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (std::size_t{1} << 20));
  }
}

// Threads that declare, remove, record through what they and others hold, and scrape.
TEST(RegistryRemove, IsSafeBesideEverythingElse) {
  constexpr int kNames = 6;
  constexpr int kRounds = kSanitized ? 300 : 3'000;
  Registry registry;
  struct Held {
    std::atomic<Family<Counter, 1>*> counters{nullptr};
    std::atomic<Family<Histogram, 1>*> histograms{nullptr};
    std::atomic<DynamicFamily<Gauge>*> gauges{nullptr};
    std::atomic<Counter*> counter{nullptr};
    std::atomic<Info*> info{nullptr};
  };
  std::vector<Held> held(kNames);
  std::atomic<bool> done{false};
  const auto name = [](const char* kind, int i) { return std::string{kind} + std::to_string(i); };
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        const int i = (round + t * 3) % kNames;
        Held& mine = held[static_cast<std::size_t>(i)];
        mine.counters = &registry.counter(name("a_total", i), "A.", {"x"}, {.exact_name = true});
        mine.histograms = &registry.histogram(name("b", i), "B.", {"x"}, Buckets{1, 2});
        mine.gauges = &registry.gauge(name("c", i), "C.", LabelNames{{"x"}});
        mine.counter = &registry.counter(name("d", i), "D.", {.exact_name = true});
        try {
          mine.info = &registry.info(name("e", i), "E.", {{"v", "1"}});
        } catch (const std::invalid_argument&) {  // it is there, and somebody has set other labels
        }
        for (const char* kind : {"a_total", "b", "c", "d", "e"}) registry.remove(name(kind, i));
      }
      done = true;
    });
  }
  threads.emplace_back([&] {
    while (!done) {
      for (Held& other : held) {
        if (auto* counters = other.counters.load()) {
          counters->with("1").inc();
          counters->with("\xFF").inc();
          const auto scoped = counters->scoped("2");
          scoped->inc();
        }
        if (auto* histograms = other.histograms.load()) {
          histograms->with("1").observe(1.5);
          histograms->with_bounds(Buckets{7}, "own").observe(1.5);
          histograms->remove("1");
        }
        if (auto* gauges = other.gauges.load()) {
          gauges->with({{"x", "1"}}).set(1);
          try {  // names the metric, if there still is one
            gauges->with({{"y", "1"}}).set(1);
          } catch (const std::invalid_argument& error) {
            EXPECT_THAT(error.what(), HasSubstr("metric \"c"));
          }
        }
        if (auto* counter = other.counter.load()) counter->inc();
        if (auto* info = other.info.load()) info->set({{"v", "2"}});
      }
    }
  });
  while (!done) {
    for (const auto& family : registry.snapshot()) ASSERT_FALSE(family.metrics.empty());
    ASSERT_THAT(to_text(registry), Not(HasSubstr("\n\n")));
    (void)to_protobuf(registry);
  }
  for (auto& thread : threads) thread.join();

  for (int i = 0; i < kNames; ++i) {
    for (const char* kind : {"a_total", "b", "c", "d", "e"}) registry.remove(name(kind, i));
  }
  EXPECT_EQ(to_text(registry), "");
}

}  // namespace
}  // namespace vitals
