#include <cstdint>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

namespace {

struct Vitals {
  vitals::Registry registry;
  vitals::Counter& counter = registry.counter("a_total", "A.");
  void inc() { counter.inc(); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Counter& counter = prometheus::BuildCounter().Name("a_total").Help("A.").Register(registry).Add({});
  void inc() { counter.Increment(); }
};

// The least that a thread can do: a number of its own.
struct Bare {
  struct alignas(64) Cell {
    volatile std::uint64_t value = 0;
  };
  void inc() {
    static thread_local Cell cell;
    cell.value = cell.value + 1;
  }
};

template <class Subject>
void counter_inc(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->inc();
  }
  state.SetItemsProcessed(state.iterations());
}

#define COUNTER_BENCHMARK(subject) \
  BENCHMARK_TEMPLATE(counter_inc, subject)->Threads(1)->Threads(2)->Threads(8)->UseRealTime()
COUNTER_BENCHMARK(Vitals);
COUNTER_BENCHMARK(PrometheusCpp);
COUNTER_BENCHMARK(Bare);

}  // namespace
