#include "core/cells/cells.hpp"

#include <bit>

#include <sched.h>

#include "core/cells/cell_arena.hpp"

#if defined(__x86_64__) && VITALS_DETAIL_RSEQ
#define VITALS_WHOLE_PAIRS 1
#include <emmintrin.h>
#else
#define VITALS_WHOLE_PAIRS 0  // ThreadSanitizer checks the form that all other machines have
#endif

namespace vitals::detail {

namespace {

// Relaxed: a statistic that publishes nothing else.
std::atomic<std::uint64_t> dropped{0};

template <class T>
std::atomic_ref<T> at(std::uint64_t address) noexcept {
  return std::atomic_ref<T>{*reinterpret_cast<T*>(address)};
}

// The instrument's cells that a locked instruction of this CPU should write, or 0: its own.
std::uint64_t locked_stripe(const CellHead& head) noexcept {
  leave_sequence();
  if (has_sequences()) return 0;  // the stripes belong to unlocked writers
  const std::uint64_t cells = head.stripes.load(std::memory_order_acquire);
  if (cells == 0) return 0;
  const int cpu = sched_getcpu();
  return cpu < 0 ? cells : cells + static_cast<unsigned>(cpu) % stripes() * kStripeBytes;
}

void warm(CellHead& head, std::size_t bytes, bool contended) noexcept {
  if (head.stripes.load(std::memory_order_relaxed) != 0) return;
  const std::uint32_t heat = head.heat.load(std::memory_order_relaxed) + (contended ? kContention : 1);
  head.heat.store(heat, std::memory_order_relaxed);
  if (heat >= kSpreadHeat) spread(head, bytes, Spread::IfIdle);
}

// A compare-and-swap costs what a locked add does, and tells whether another thread was there.
template <class T, class Add>
bool exchange(std::atomic<T>& cell, Add add) noexcept {
  T old = cell.load(std::memory_order_relaxed);
  if (cell.compare_exchange_strong(old, add(old), std::memory_order_relaxed)) return false;
  while (!cell.compare_exchange_weak(old, add(old), std::memory_order_relaxed)) {
  }
  return true;
}

#if VITALS_WHOLE_PAIRS

bool compare_exchange(PairCell* cell, PairCell& expected, PairCell desired) noexcept {
  bool swapped = false;
  auto sum = std::bit_cast<std::uint64_t>(expected.sum);
  asm volatile("lock cmpxchg16b %[cell]"
               : [cell] "+m"(*cell), "=@ccz"(swapped), "+a"(expected.count), "+d"(sum)
               : "b"(desired.count), "c"(std::bit_cast<std::uint64_t>(desired.sum))
               : "memory");
  expected.sum = std::bit_cast<double>(sum);
  return swapped;
}

// Whether one load reads a pair; see prepare_pairs(). No static local, whose initialisation a signal handler could
// meet.
constinit bool loads_pairs = false;

// An aligned 16-byte load is one on every CPU that has AVX (Intel SDM 3A 9.1.1, AMD APM 2 7.3.2).
PairCell load_pair(const PairCell* cell) noexcept {
  if (!loads_pairs) [[unlikely]] {
    PairCell seen{0, 0};
    compare_exchange(const_cast<PairCell*>(cell), seen, seen);
    return seen;
  }
  __m128i both;
  asm volatile("{movdqa %[cell], %[both]|movdqa %[both], %[cell]}" : [both] "=x"(both) : [cell] "m"(*cell));
  return std::bit_cast<PairCell>(both);
}

// Returns whether another thread was there.
inline bool add_to(PairCell* cell, PairCell more) noexcept {
  PairCell old = load_pair(cell);
  if (compare_exchange(cell, old, {old.count + more.count, old.sum + more.sum})) return false;
  while (!compare_exchange(cell, old, {old.count + more.count, old.sum + more.sum})) {
  }
  return true;
}

#else

PairCell load_pair(const PairCell* cell) noexcept {
  auto* pair = const_cast<PairCell*>(cell);
  const std::uint64_t count = std::atomic_ref{pair->count}.load(std::memory_order_relaxed);
  if (count == 0) return {0, 0};  // a sum alone, whose count is on its way, would contradict the buckets
  return {count, std::atomic_ref{pair->sum}.load(std::memory_order_relaxed)};
}

inline bool add_to(PairCell* cell, PairCell more) noexcept {
  std::atomic_ref sum{cell->sum};
  double old = sum.load(std::memory_order_relaxed);
  const bool alone = sum.compare_exchange_strong(old, old + more.sum, std::memory_order_relaxed);
  if (!alone) sum.fetch_add(more.sum, std::memory_order_relaxed);
  std::atomic_ref{cell->count}.fetch_add(more.count, std::memory_order_relaxed);
  return !alone;
}

#endif

// Inline in both of those below: sum_pair() is called for each cell of native histograms and summaries.
inline void sum_all(const CellHead& head, std::size_t offset, const PairCell* own, std::span<PairCell> sums) noexcept {
  for (PairCell& sum : sums) sum = load_pair(own++);
  const std::uint64_t cells = head.stripes.load(std::memory_order_acquire);
  for (std::size_t i = 0; cells != 0 && i < stripes(); ++i) {
    const auto* pairs = reinterpret_cast<const PairCell*>(cells + offset + i * kStripeBytes);
    for (PairCell& sum : sums) {
      const PairCell pair = load_pair(pairs++);
      sum.count += pair.count;
      sum.sum += pair.sum;
    }
  }
}

}  // namespace

void prepare_pairs([[maybe_unused]] bool may_load) noexcept {
#if VITALS_WHOLE_PAIRS
  loads_pairs = may_load && __builtin_cpu_supports("avx") != 0;
#endif
}

void drop_update() noexcept { dropped.fetch_add(1, std::memory_order_relaxed); }

std::uint64_t dropped_updates() noexcept { return dropped.load(std::memory_order_relaxed); }

void leave_sequence() noexcept {
#if VITALS_DETAIL_RSEQ
  if (!has_sequences()) return;
  auto* thread = static_cast<std::byte*>(__builtin_thread_pointer()) + __rseq_offset;
  *reinterpret_cast<volatile std::uint64_t*>(thread + 8) = 0;
#endif
}

void add_slow(CellHead& head, std::size_t bytes, std::size_t offset, std::atomic<std::uint64_t>& own,
              std::uint64_t n) noexcept {
  if (const auto cells = locked_stripe(head)) {
    at<std::uint64_t>(cells + offset).fetch_add(n, std::memory_order_relaxed);
    return;
  }
  warm(head, bytes, exchange(own, [n](std::uint64_t old) { return old + n; }));
}

void add_slow(CellHead& head, std::size_t bytes, std::size_t offset, std::atomic<double>& own, double v) noexcept {
  if (const auto cells = locked_stripe(head)) {
    at<double>(cells + offset).fetch_add(v, std::memory_order_relaxed);
    return;
  }
  warm(head, bytes, exchange(own, [v](double old) { return old + v; }));
}

void add_pair_slow(CellHead& head, std::size_t bytes, std::size_t offset, PairCell& own, double v) noexcept {
  if (const auto cells = locked_stripe(head)) {
    add_to(reinterpret_cast<PairCell*>(cells + offset), {1, v});
    return;
  }
  warm(head, bytes, add_to(&own, {1, v}));
}

void add_pair_slow(CellHead& head, std::size_t bytes, std::size_t offset, PairCell& own, PairCell many) noexcept {
  if (const auto cells = locked_stripe(head)) {
    add_to(reinterpret_cast<PairCell*>(cells + offset), many);
    return;
  }
  warm(head, bytes, add_to(&own, many));
}

std::uint64_t sum_u64(const CellHead& head, std::size_t offset) noexcept {
  const std::uint64_t cells = head.stripes.load(std::memory_order_acquire);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; cells != 0 && i < stripes(); ++i)
    sum += at<std::uint64_t>(cells + offset + i * kStripeBytes).load(std::memory_order_relaxed);
  return sum;
}

double sum_double(const CellHead& head, std::size_t offset) noexcept {
  const std::uint64_t cells = head.stripes.load(std::memory_order_acquire);
  double sum = 0;
  for (std::size_t i = 0; cells != 0 && i < stripes(); ++i)
    sum += at<double>(cells + offset + i * kStripeBytes).load(std::memory_order_relaxed);
  return sum;
}

PairCell sum_pair(const CellHead& head, std::size_t offset, const PairCell& own) noexcept {
  PairCell sum{0, 0};
  sum_all(head, offset, &own, {&sum, 1});
  return sum;
}

void sum_pairs(const CellHead& head, std::size_t offset, const PairCell* own, std::span<PairCell> sums) noexcept {
  sum_all(head, offset, own, sums);
}

}  // namespace vitals::detail
