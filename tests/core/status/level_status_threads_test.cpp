// What others may do meanwhile.
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/level_status.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using namespace std::chrono_literals;

TEST(LevelStatusThreads, CountersAreCountedScrapedRemovedAndAskedForAtOnce) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  LevelStatus status{registry, {.availability = RatioLevel{.target = 0.999}}};
  std::atomic<bool> stop{false};
  const auto forever = [&stop](auto work) {
    return std::thread{[&stop, work] {
      while (!stop.load(std::memory_order_relaxed)) work();
    }};
  };
  const auto count = [&registry] {
    registry.counter("slo_events_total", "E.", {"slo"}).with("availability").inc();
    registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability").inc();
  };
  std::vector<std::thread> threads;
  threads.push_back(forever(count));
  threads.push_back(forever([&] { (void)to_text(registry); }));
  threads.push_back(forever([&] {
    clock.advance(1min);
    status.sample();
  }));
  threads.push_back(forever([&] {
    registry.remove("slo_events_total");
    registry.remove("slo_bad_events_total");
  }));
  for (int i = 0; i < 300; ++i) {
    for (const auto& objective : status.objectives()) {
      for (const auto& window : objective.burn_rates) {
        EXPECT_LE(window.bad_events, window.events);
        EXPECT_GE(window.covered, 0ns);
      }
    }
  }
  stop = true;
  for (auto& thread : threads) thread.join();
}

TEST(LevelStatusThreads, NothingIsLostWhileRequestsCount) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& events = registry.counter("slo_events_total", "E.", {"slo"}).with("availability");
  auto& bad = registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability");
  LevelStatus status{registry, {.availability = RatioLevel{.target = 0.999}}};
  constexpr int kEach = 20'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        events.inc();
        if (i % 4 == 0) bad.inc();
      }
    });
  }
  for (int i = 0; i < 50; ++i) (void)status.to_json();
  for (auto& thread : threads) thread.join();

  const auto window = status.objectives()[0].burn_rates[0];
  EXPECT_EQ(window.events, 4 * kEach);
  EXPECT_EQ(window.bad_events, kEach);
}

TEST(LevelStatusThreads, MayEndWhileTheRegistryIsScraped) {
  Registry registry;
  std::atomic<bool> stop{false};
  std::thread scraper{[&] {
    while (!stop.load(std::memory_order_relaxed)) (void)to_text(registry);
  }};
  for (int i = 0; i < 100; ++i) (void)LevelStatus{registry, {.availability = RatioLevel{.target = 0.999}}};
  stop = true;
  scraper.join();
}

}  // namespace
}  // namespace vitals
