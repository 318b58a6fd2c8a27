#include <chrono>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <vitals/vitals.hpp>

namespace {

const std::vector<double>& values() {
  static const std::vector<double> values = [] {
    std::mt19937_64 random{1};
    std::lognormal_distribution<double> latency{-3, 1};
    std::vector<double> all(65'536);
    for (auto& v : all) v = latency(random);
    return all;
  }();
  return values;
}

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
  static Subject subject;
  Subject* handle = &subject;
  const auto& all = values();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->observe(all[i++ & 65'535]);
  }
}

#define SUMMARY_BENCHMARK(subject) BENCHMARK_TEMPLATE(summary_observe, subject)->Threads(1)->Threads(2)->UseRealTime()
SUMMARY_BENCHMARK(Vitals);
SUMMARY_BENCHMARK(PrometheusCpp);
SUMMARY_BENCHMARK(CoarseClock);

}  // namespace
