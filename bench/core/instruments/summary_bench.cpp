#include <chrono>

#include <benchmark/benchmark.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <vitals/vitals.hpp>

#include "core/instruments/latencies.hpp"

namespace {

struct Vitals {
  vitals::Registry registry;
  vitals::Summary& summary = registry.summary("a_seconds", "A.", {.quantiles = {0.5, 0.95, 0.99}});
  void observe(double v) { summary.observe(v); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Summary& summary = prometheus::BuildSummary()
                                     .Name("a_seconds")
                                     .Help("A.")
                                     .Register(registry)
                                     .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}, {0.95, 0.005}, {0.99, 0.001}},
                                          std::chrono::seconds{60}, 6);
  void observe(double v) { summary.Observe(v); }
};

// What a window can't do without: the time.
struct CoarseClock {
  void observe(double v) {
    benchmark::DoNotOptimize(vitals::Clock::real().steady_nanos());
    benchmark::DoNotOptimize(v);
  }
};

template <class Subject>
void summary_observe(benchmark::State& state) {
  vitals::bench::observe_latencies<Subject>(state);
}

#define SUMMARY_BENCHMARK(subject) BENCHMARK_TEMPLATE(summary_observe, subject)->Threads(1)->Threads(2)->UseRealTime()
SUMMARY_BENCHMARK(Vitals);
SUMMARY_BENCHMARK(PrometheusCpp);
SUMMARY_BENCHMARK(CoarseClock);

}  // namespace
