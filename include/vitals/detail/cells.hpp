#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SANITIZE_THREAD__)
#define VITALS_DETAIL_RSEQ 0  // ThreadSanitizer can't see into the assembly, so it checks the portable path
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VITALS_DETAIL_RSEQ 0
#endif
#endif
#if !defined(VITALS_DETAIL_RSEQ) && defined(__linux__) && defined(__x86_64__) && __has_include(<sys/rseq.h>)
#define VITALS_DETAIL_RSEQ 1
#include <sys/rseq.h>
#elif !defined(VITALS_DETAIL_RSEQ)
#define VITALS_DETAIL_RSEQ 0
#endif

namespace vitals::detail {

// A number is kept in one 8-byte cell per stripe: stripe 0 is shared and written by locked instructions, stripe k + 1
// belongs to CPU k. Stripes of one cell lie kStripeBytes apart, so the cells of one CPU are neighbours and no two CPUs
// share a cache line. A pointer to a cell is its address in stripe 0. docs/concurrency.md has the proof.
inline constexpr std::size_t kStripeShift = 17;
inline constexpr std::size_t kStripeBytes = std::size_t{1} << kStripeShift;

/// The CPUs whose stripes a restartable sequence may write; 0 where there are none, and before the first registry.
extern std::uint32_t rseq_cpus;

/// The portable path: a locked add to the stripe of this CPU, or to the shared stripe where the fast path is in use.
void add_slow(std::byte* cell, std::uint64_t n) noexcept;
void add_slow(std::byte* cell, double v) noexcept;

/// Counts an update that broke a rule (NaN, a negative increment) and was dropped.
void drop_update() noexcept;

#if VITALS_DETAIL_RSEQ

// Kernel and thread agree through struct rseq (its offsets here: cpu_id 4, rseq_cs 8): if the thread is preempted,
// migrated or gets a signal between labels 1 and 2, it goes on at label 4. The last instruction before 2 is the only
// one with an effect, so an addition happens once and on the CPU whose number was read, or not at all. An aborted
// addition goes to the slow path, never back: no livelock, neither under a debugger nor in a storm of signals. rseq_cs
// is cleared at the end, so that unloading the code that holds the descriptor is safe.
#define VITALS_DETAIL_RSEQ_BEGIN        \
  ".pushsection __rseq_cs, \"aw?\"\n\t" \
  ".balign 32\n"                        \
  "3:\n\t"                              \
  ".long 0, 0\n\t"                      \
  ".quad 1f, 2f - 1f, 4f\n\t"           \
  ".popsection\n\t"                     \
  "leaq 3b(%%rip), %%rax\n\t"           \
  "movq %%rax, %%fs:8(%[rseq])\n"       \
  "1:\n\t"                              \
  "movl %%fs:4(%[rseq]), %%eax\n\t"     \
  "cmpl %[cpus], %%eax\n\t"             \
  "jae %l[slow]\n\t"                    \
  "shlq %[shift], %%rax\n\t"
#define VITALS_DETAIL_RSEQ_END                               \
  "2:\n\t"                                                   \
  "movq $0, %%fs:8(%[rseq])\n\t"                             \
  ".pushsection __rseq_failure, \"ax?\"\n\t"                 \
  ".byte 0x0f, 0xb9, 0x3d\n\t" /* with the signature: ud1 */ \
  ".long 0x53053053\n"                                       \
  "4:\n\t"                                                   \
  "jmp %l[slow]\n\t"                                         \
  ".popsection"

inline void add(std::byte* cell, std::uint64_t n) noexcept {
  asm goto(VITALS_DETAIL_RSEQ_BEGIN "addq %[n], %c[stripe](%[cell], %%rax)\n" VITALS_DETAIL_RSEQ_END
           :
           : [rseq] "r"(__rseq_offset), [cpus] "m"(rseq_cpus), [shift] "i"(kStripeShift), [stripe] "i"(kStripeBytes),
             [cell] "r"(cell), [n] "er"(n)
           : "rax", "memory", "cc"
           : slow);
  return;
slow:
  add_slow(cell, n);
}

inline void add(std::byte* cell, double v) noexcept {
  asm goto(VITALS_DETAIL_RSEQ_BEGIN
           "movsd %c[stripe](%[cell], %%rax), %%xmm15\n\t"
           "addsd %[v], %%xmm15\n\t"
           "movsd %%xmm15, %c[stripe](%[cell], %%rax)\n" VITALS_DETAIL_RSEQ_END
           :
           : [rseq] "r"(__rseq_offset), [cpus] "m"(rseq_cpus), [shift] "i"(kStripeShift), [stripe] "i"(kStripeBytes),
             [cell] "r"(cell), [v] "x"(v)
           : "rax", "xmm15", "memory", "cc"
           : slow);
  return;
slow:
  add_slow(cell, v);
}

#undef VITALS_DETAIL_RSEQ_BEGIN
#undef VITALS_DETAIL_RSEQ_END

#else

inline void add(std::byte* cell, std::uint64_t n) noexcept { add_slow(cell, n); }
inline void add(std::byte* cell, double v) noexcept { add_slow(cell, v); }

#endif

}  // namespace vitals::detail
