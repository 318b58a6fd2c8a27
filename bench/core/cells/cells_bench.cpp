// The cell layouts that were weighed for a counter (docs/decisions/0001-per-cpu-cells.md), as bare loops.
#include <atomic>
#include <cstdint>

#include <benchmark/benchmark.h>
#include <sched.h>

#include <vitals/vitals.hpp>

namespace {

struct SharedDoubleCas {
  std::atomic<double> cell{0};
  void inc() {
    double old = cell.load(std::memory_order_relaxed);
    while (!cell.compare_exchange_weak(old, old + 1, std::memory_order_relaxed)) {
    }
  }
};

struct SharedXadd {
  std::atomic<std::uint64_t> cell{0};
  void inc() { cell.fetch_add(1, std::memory_order_relaxed); }
};

struct PerCpuXadd {
  struct alignas(64) Cell {
    std::atomic<std::uint64_t> value{0};
  };
  Cell cells[64];
  void inc() { cells[static_cast<unsigned>(sched_getcpu()) % 64].value.fetch_add(1, std::memory_order_relaxed); }
};

struct ThreadOwned {
  void inc() {
    static constinit thread_local std::atomic<std::uint64_t> cell{0};
    cell.store(cell.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
};

struct PerCpuRseq {
  vitals::Registry registry;
  vitals::Counter& counter = registry.counter("a_total", "A.");
  void inc() { counter.inc(); }
};

template <class Layout>
void cell_inc(benchmark::State& state) {
  static Layout layout;
  for (auto _ : state) {
    layout.inc();
    benchmark::ClobberMemory();
  }
}

#define CELL_BENCHMARK(layout) BENCHMARK_TEMPLATE(cell_inc, layout)->Threads(1)->Threads(2)->Threads(8)->UseRealTime()
CELL_BENCHMARK(SharedDoubleCas);
CELL_BENCHMARK(SharedXadd);
CELL_BENCHMARK(PerCpuXadd);
CELL_BENCHMARK(ThreadOwned);
CELL_BENCHMARK(PerCpuRseq);

}  // namespace
