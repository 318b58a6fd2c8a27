#include <chrono>
#include <string>

#include <benchmark/benchmark.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/page/live_data.hpp"

namespace {

using vitals::detail::History;

constexpr std::size_t kHistoryBytes = std::size_t{64} << 20;

// Counters, as the live page's history meets them every five seconds.
void live_sample(benchmark::State& state) {
  vitals::Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"x", "y"});
  for (int i = 0; i < state.range(0); ++i) counters.with("/api/v1/things/{id}", std::to_string(i)).inc();
  History history{kHistoryBytes};
  History::TimePoint now{std::chrono::hours{1}};
  for (auto _ : state) {
    now += History::kInterval;
    history.sample(registry.snapshot(), now, 1);
  }
  state.counters["bytes"] = static_cast<double>(history.bytes());
}

// The answer that an open page asks for every five seconds, of so many routes.
void live_answer(benchmark::State& state) {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.max_routes = 1'000}};
  History history{kHistoryBytes};
  History::TimePoint now{std::chrono::hours{1}};
  for (int slot = 0; slot <= 60; ++slot) {
    for (int i = 0; i < state.range(0); ++i)
      http.start("GET", http.learn("/api/v1/things" + std::to_string(i)))
          .finish(200, std::chrono::milliseconds{slot + i});
    now += History::kInterval;
    history.sample(registry.snapshot(), now, 1);
  }
  const vitals::detail::LiveInput input{.history = history,
                                        .levels = nullptr,
                                        .levels_json = {},
                                        .links = {},
                                        .slowest = {},
                                        .failures = {},
                                        .version = {},
                                        .first_sample = 1,
                                        .now = 1};
  for (auto _ : state) benchmark::DoNotOptimize(live_json(input, std::chrono::seconds{300}));
  state.counters["bytes"] = static_cast<double>(history.bytes());
}

BENCHMARK(live_sample)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(live_answer)->Arg(10)->Arg(100)->Unit(benchmark::kMicrosecond);

}  // namespace
