#include <atomic>
#include <cstdint>
#include <string_view>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

namespace {

// Without labels: spread over the CPUs from birth.
struct Vitals {
  vitals::Registry registry;
  vitals::Counter& counter = registry.counter("a_total", "A.");
  void inc() { counter.inc(); }
};

// One of a family, before it is hot: its state is asked for so often that it never gets there.
struct VitalsColdSeries {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 1>& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1'000'000});
  vitals::Counter* counters[64];
  unsigned turn = 0;
  VitalsColdSeries() { renew(); }
  void renew() {
    family.clear();
    for (int i = 0; i < 64; ++i) counters[i] = &family.with(i);
  }
  // Each is used fewer times than would spread it.
  void inc() {
    if (++turn % (64 * 4000) == 0) [[unlikely]]
      renew();
    counters[turn % 64]->inc();
  }
};

// The same, when it is hot.
struct VitalsHotSeries {
  vitals::Registry registry;
  vitals::Counter& counter = registry.counter("a_total", "A.", {"x"}).with("a");
  VitalsHotSeries() {
    for (int i = 0; i < 10'000; ++i) counter.inc();
  }
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

#if VITALS_DETAIL_RSEQ
// The least that a restartable sequence can do through a pointer to its cells: that there are cells and sequences is
// taken for granted.
struct BareSequence {
  alignas(64) std::uint64_t cells[64][8] = {};
  std::uint64_t* stripes = cells[0];
  void inc() {
    asm goto(
        ".pushsection __rseq_cs, \"aw?\"\n\t"
        ".balign 32\n"
        "3:\n\t"
        ".long 0, 0\n\t"
        ".quad 1f, 2f - 1f, 4f\n\t"
        ".popsection\n\t"
        "leaq 3b(%%rip), %%rax\n\t"
        "movq %%rax, %%fs:8(%[rseq])\n"
        "1:\n\t"
        "movl %%fs:4(%[rseq]), %%eax\n\t"
        "shlq $6, %%rax\n\t"
        "addq %[stripes], %%rax\n\t"
        "addq $1, (%%rax)\n"  // some CPUs forward a store sooner to an address without an index
        "2:\n\t"
        "movq $0, %%fs:8(%[rseq])\n\t"
        ".pushsection __rseq_failure, \"ax?\"\n\t"
        ".byte 0x0f, 0xb9, 0x3d\n\t"
        ".long 0x53053053\n"
        "4:\n\t"
        "jmp %l[aborted]\n\t"
        ".popsection"
        :
        : [rseq] "r"(__rseq_offset), [stripes] "r"(stripes)
        : "rax", "memory", "cc"
        : aborted);
    return;
  aborted:
    benchmark::ClobberMemory();
  }
};
#endif

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
COUNTER_BENCHMARK(VitalsHotSeries);
BENCHMARK_TEMPLATE(counter_inc, VitalsColdSeries)->Threads(1)->UseRealTime();
COUNTER_BENCHMARK(PrometheusCpp);
COUNTER_BENCHMARK(Bare);
#if VITALS_DETAIL_RSEQ
COUNTER_BENCHMARK(BareSequence);
#endif

}  // namespace
