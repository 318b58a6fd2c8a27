#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

#include "core/instruments/latencies.hpp"

namespace {

// 11 finite bounds and +Inf, and 23 and +Inf: 1, 2.5, 5 per decade.
const std::vector<double>& bounds(int buckets) {
  static const std::vector<double> twelve{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  static const std::vector<double> twenty_four{1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025,
                                               0.05, 0.1,    0.25, 0.5,  1,      2.5,  5,    10,
                                               25,   50,     100,  250,  500,    1000, 2500};
  return buckets == 12 ? twelve : twenty_four;
}

template <int Buckets>
struct Vitals {
  vitals::Registry registry;
  vitals::Histogram& histogram = registry.histogram("a_seconds", "A.", vitals::Buckets{bounds(Buckets)});
  void observe(double v) { histogram.observe(v); }
};

template <int Buckets>
struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Histogram& histogram =
      prometheus::BuildHistogram().Name("a_seconds").Help("A.").Register(registry).Add({}, bounds(Buckets));
  void observe(double v) { histogram.Observe(v); }
};

// A count and a sum of the thread's own, and no search.
template <int Buckets>
struct Bare {
  void observe(double v) {
    static thread_local volatile std::uint64_t count = 0;
    static thread_local volatile double sum = 0;
    count = count + 1;
    sum = sum + v;
  }
};

template <class Subject>
void histogram_observe(benchmark::State& state) {
  vitals::bench::observe_latencies<Subject>(state);
}

#define HISTOGRAM_BENCHMARK(subject) \
  BENCHMARK_TEMPLATE(histogram_observe, subject)->Threads(1)->Threads(2)->UseRealTime()
HISTOGRAM_BENCHMARK(Vitals<12>);
HISTOGRAM_BENCHMARK(PrometheusCpp<12>);
HISTOGRAM_BENCHMARK(Bare<12>);
HISTOGRAM_BENCHMARK(Vitals<24>);
HISTOGRAM_BENCHMARK(PrometheusCpp<24>);

}  // namespace
