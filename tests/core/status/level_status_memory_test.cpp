// How much memory a LevelStatus takes. A program of its own: it replaces operator new.
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>

#include <vitals/level_status.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace {
thread_local std::size_t n_allocations = 0;
thread_local std::ptrdiff_t n_bytes = 0;  // that are allocated now
}  // namespace

void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  ++n_allocations;
  n_bytes += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  return memory;
}
void operator delete(void* memory) noexcept {
  n_bytes -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace vitals {
namespace {

using namespace std::chrono_literals;

ServiceLevels with_classes(std::size_t n, std::chrono::seconds window, std::chrono::seconds short_window) {
  ServiceLevels levels{.window = window, .burn_rate_alerts = {{AlertSeverity::Page, 2, window, short_window}}};
  for (std::size_t i = 0; i < n; ++i)
    levels.endpoint_classes.push_back({.name = "class of some endpoints " + std::to_string(i),
                                       .routes = {"GET /route/" + std::to_string(i)},
                                       .target = 100ms});
  return levels;
}

TEST(LevelStatusMemory, IsAtMost32KiBForEachObjective) {
  constexpr auto kDay = std::chrono::hours{24};
  for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{10}, std::size_t{100}}) {
    for (const auto& [window, short_window] : {std::pair<std::chrono::seconds, std::chrono::seconds>{30 * kDay, 5min},
                                               {366 * kDay, 5min},
                                               {366 * kDay, 1s},
                                               {1h, 1s}}) {
      Registry registry;
      const auto levels = with_classes(n, window, short_window);
      const auto before = n_bytes;
      const LevelStatus status{registry, levels};
      EXPECT_LE(n_bytes - before, static_cast<std::ptrdiff_t>(n * 32 * 1024)) << n << ' ' << window.count();
    }
  }
}

TEST(LevelStatusMemory, DoesNotGrowAndSamplesTakeNone) {
  testing::FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& events = registry.counter("slo_events_total", "E.", {"slo"}).with("availability");
  registry.counter("slo_bad_events_total", "B.", {"slo"}).with("availability");
  LevelStatus status{registry, {.availability = RatioLevel{.target = 0.999}}};
  const auto bytes = n_bytes;
  const auto allocations = n_allocations;

  for (int minute = 0; minute < 60 * 24 * 60; ++minute) {
    events.inc();
    clock.advance(1min);
    status.sample();
  }
  EXPECT_EQ(n_allocations - allocations, 0);
  (void)status.to_json();
  EXPECT_EQ(n_bytes, bytes);
  EXPECT_TRUE(status.objectives()[0].error_budget.window.is_full);
}

}  // namespace
}  // namespace vitals
