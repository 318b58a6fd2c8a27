#include <atomic>

#include <sched.h>

#include <vitals/detail/cells.hpp>

#include "core/cell_arena.hpp"

namespace vitals::detail {

namespace {

// Relaxed: a statistic that publishes nothing else.
std::atomic<std::uint64_t> dropped{0};

std::byte* slow_stripe(std::byte* cell) noexcept {
  // First of all: where the library is in the program twice, this copy may not have found out about rseq yet.
  const std::size_t count = stripes();
  if (rseq_cpus != 0) {
#if VITALS_DETAIL_RSEQ
    // A section that found no stripe for its CPU left its descriptor behind; an abort has cleared it already.
    *reinterpret_cast<std::uint64_t*>(static_cast<std::byte*>(__builtin_thread_pointer()) + __rseq_offset + 8) = 0;
#endif
    return cell;  // the stripes of the CPUs belong to unlocked writers
  }
  const int cpu = sched_getcpu();
  if (cpu < 0) return cell;
  return cell + (1 + static_cast<unsigned>(cpu) % (count - 1)) * kStripeBytes;
}

template <class T>
std::atomic_ref<T> at(std::byte* cell) noexcept {
  return std::atomic_ref<T>{*reinterpret_cast<T*>(cell)};
}

}  // namespace

std::uint32_t rseq_cpus = 0;

void add_slow(std::byte* cell, std::uint64_t n) noexcept {
  at<std::uint64_t>(slow_stripe(cell)).fetch_add(n, std::memory_order_relaxed);
}

void add_slow(std::byte* cell, double v) noexcept {
  at<double>(slow_stripe(cell)).fetch_add(v, std::memory_order_relaxed);
}

void drop_update() noexcept { dropped.fetch_add(1, std::memory_order_relaxed); }

std::uint64_t dropped_updates() noexcept { return dropped.load(std::memory_order_relaxed); }

std::uint64_t sum_u64(std::byte* cell) noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < stripes(); ++i)
    sum += at<std::uint64_t>(cell + i * kStripeBytes).load(std::memory_order_relaxed);
  return sum;
}

double sum_double(std::byte* cell) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < stripes(); ++i)
    sum += at<double>(cell + i * kStripeBytes).load(std::memory_order_relaxed);
  return sum;
}

}  // namespace vitals::detail
