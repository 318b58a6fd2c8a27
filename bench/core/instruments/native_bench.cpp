#include <benchmark/benchmark.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

#include "core/instruments/latencies.hpp"

namespace {

struct Native {
  vitals::Registry registry;
  vitals::Histogram& histogram = registry.histogram("a_seconds", "A.", vitals::Native{});
  void observe(double v) { histogram.observe(v); }
};

struct NativeAndClassic {
  vitals::Registry registry;
  vitals::Histogram& histogram = registry.histogram("a_seconds", "A.", vitals::Buckets::latency(), vitals::Native{});
  void observe(double v) { histogram.observe(v); }
};

struct Classic {
  vitals::Registry registry;
  vitals::Histogram& histogram = registry.histogram("a_seconds", "A.", vitals::Buckets::latency());
  void observe(double v) { histogram.observe(v); }
};

// prometheus-cpp has no native histograms: its classic one.
struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Histogram& histogram =
      prometheus::BuildHistogram()
          .Name("a_seconds")
          .Help("A.")
          .Register(registry)
          .Add({}, prometheus::Histogram::BucketBoundaries{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
  void observe(double v) { histogram.Observe(v); }
};

// One bucket: the pair store that no histogram of per-CPU cells can do without.
struct PairStore {
  vitals::Registry registry;
  vitals::Histogram& histogram = registry.histogram("a_seconds", "A.", vitals::Buckets{1e9});
  void observe(double v) { histogram.observe(v); }
};

template <class Subject>
void native_observe(benchmark::State& state) {
  vitals::bench::observe_latencies<Subject>(state);
}

#define NATIVE_BENCHMARK(subject) BENCHMARK_TEMPLATE(native_observe, subject)->Threads(1)->Threads(2)->UseRealTime()
NATIVE_BENCHMARK(Native);
NATIVE_BENCHMARK(NativeAndClassic);
NATIVE_BENCHMARK(Classic);
NATIVE_BENCHMARK(PairStore);
NATIVE_BENCHMARK(PrometheusCpp);

}  // namespace
