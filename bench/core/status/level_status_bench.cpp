#include <chrono>
#include <cstddef>
#include <string>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <vitals/level_status.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace {

// As many objectives as the benchmark's argument says, over 30 days.
struct Status {
  explicit Status(std::size_t n) {
    auto& events = registry.counter("slo_events_total", "E.", {"slo"});
    auto& bad = registry.counter("slo_bad_events_total", "B.", {"slo"});
    for (std::size_t i = 0; i < n; ++i) {
      const auto name = "class" + std::to_string(i);
      levels.endpoint_classes.push_back(
          {.name = name, .routes = {"GET /" + name}, .target = std::chrono::milliseconds{100}});
      events.with("latency-" + name + "-p95").inc(1000);
      bad.with("latency-" + name + "-p95").inc(10);
    }
  }

  vitals::testing::FakeClock clock;
  vitals::Registry registry{{.clock = &clock}};
  vitals::ServiceLevels levels;
};

// What the endpoint does each minute.
void level_status_sample(benchmark::State& state) {
  Status of{static_cast<std::size_t>(state.range(0))};
  const auto before = mallinfo2();
  vitals::LevelStatus status{of.registry, of.levels};
  const auto after = mallinfo2();
  state.counters["bytes_per_objective"] =
      static_cast<double>(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd) /
      static_cast<double>(state.range(0));
  for (auto _ : state) {
    of.clock.advance(std::chrono::minutes{1});
    status.sample();
  }
}
BENCHMARK(level_status_sample)->Arg(1)->Arg(10);

// What a question of /slo costs.
void level_status_json(benchmark::State& state) {
  Status of{static_cast<std::size_t>(state.range(0))};
  vitals::LevelStatus status{of.registry, of.levels};
  of.clock.advance(std::chrono::minutes{1});
  for (auto _ : state) benchmark::DoNotOptimize(status.to_json());
}
BENCHMARK(level_status_json)->Arg(10);

}  // namespace
