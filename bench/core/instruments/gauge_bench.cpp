#include <atomic>

#include <benchmark/benchmark.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

namespace {

struct Vitals {
  vitals::Registry registry;
  vitals::Gauge& gauge = registry.gauge("a", "A.");
  void set(double v) { gauge.set(v); }
  void add(double v) { gauge.add(v); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Gauge& gauge = prometheus::BuildGauge().Name("a").Help("A.").Register(registry).Add({});
  void set(double v) { gauge.Set(v); }
  void add(double v) { gauge.Increment(v); }
};

// A relaxed store, and a compare-and-swap: what one shared cell costs.
struct Bare {
  std::atomic<double> cell{0};
  void set(double v) { cell.store(v, std::memory_order_relaxed); }
  void add(double v) {
    double old = cell.load(std::memory_order_relaxed);
    while (!cell.compare_exchange_weak(old, old + v, std::memory_order_relaxed)) {
    }
  }
};

template <class Subject>
void gauge_set(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  double v = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    benchmark::DoNotOptimize(v);
    handle->set(v);
  }
}

template <class Subject>
void gauge_add(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  double v = 1;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    benchmark::DoNotOptimize(v);
    handle->add(v);
  }
}

#define GAUGE_BENCHMARK(name, subject) BENCHMARK_TEMPLATE(name, subject)->Threads(1)->Threads(2)->UseRealTime()
GAUGE_BENCHMARK(gauge_set, Vitals);
GAUGE_BENCHMARK(gauge_set, PrometheusCpp);
GAUGE_BENCHMARK(gauge_set, Bare);
GAUGE_BENCHMARK(gauge_add, Vitals);
GAUGE_BENCHMARK(gauge_add, PrometheusCpp);
GAUGE_BENCHMARK(gauge_add, Bare);

}  // namespace
