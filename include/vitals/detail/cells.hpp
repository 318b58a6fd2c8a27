#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <vitals/detail/abi.hpp>

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

// An instrument keeps its numbers in cells of its own, which all threads share, and, once it is spread, in a copy of
// those cells for each CPU, its stripes. Stripes of one instrument lie kStripeBytes apart, so the cells of one CPU are
// neighbours and no two CPUs share a cache line. Its value is the sum of all. docs/concurrency.md has the proof.
inline constexpr std::size_t kStripeShift = 18;
inline constexpr std::size_t kStripeBytes = std::size_t{1} << kStripeShift;

/// What an instrument of cells starts with. All zero is the state of a removed series: what it counts in its own cells
/// nobody reads.
struct CellHead {
  /// The address of its cells in the stripe of CPU 0, or 0 while it is not spread. Written under the arena's lock;
  /// release, so that the stripes are seen empty; asm loads are acquire on x86-64.
  std::atomic<std::uint64_t> stripes{0};
  /// Updates of its own cells since the last scrape, roughly: what tells that it should be spread. Relaxed, lossy.
  std::atomic<std::uint32_t> heat{0};
  /// Whether it may be spread: kResting, kLive or kPinned. Written under the arena's lock.
  std::atomic<std::uint32_t> state{0};
};
inline constexpr std::uint32_t kResting = 0;  // removed
inline constexpr std::uint32_t kLive = 1;
inline constexpr std::uint32_t kPinned = 2;  // stays in its own cells, since each update must take the slow path

/// A count and the sum that belongs to it, always written as one.
struct alignas(16) PairCell {
  std::uint64_t count;
  double sum;
};

/// Counts an update that broke a rule (NaN, a negative increment) and was dropped.
void drop_update() noexcept;

/// In users' code under -ffast-math, where compilers take comparisons for what they are without NaN, by the bits.
constexpr bool is_nan(double v) noexcept {
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__
  constexpr std::uint64_t kInfinity = 0x7FF0'0000'0000'0000;
  return std::bit_cast<std::uint64_t>(v) << 1 > kInfinity << 1;
#else
  return v != v;
#endif
}

// add…() below add to the stripe of this CPU, `offset` bytes from the instrument's first cell. False, and nothing is
// done, when the slow path must: the instrument is not spread, or was interrupted, or there are no such sequences.
// Whoever gets false calls leave_sequence() (the slow paths do).

#if VITALS_DETAIL_RSEQ

// Kernel and thread agree through struct rseq (its offsets here: cpu_id 4, negative where the C library did not
// register it; rseq_cs 8): if the thread is preempted, migrated or gets a signal between labels 1 and 2, it goes on at
// label 4. The last instruction before 2 is the only one with an effect, so an addition happens once and on the CPU
// whose number was read, or not at all. An aborted addition goes to the slow path, never back: no livelock, neither
// under a debugger nor in a storm of signals. The stripes' address is loaded inside, so that after a membarrier nobody
// holds an old one. rseq_cs is cleared at the end, so that unloading the code that holds the descriptor is safe.
// {AT&T|Intel}: in the dialect that -masm asks for.
#define VITALS_DETAIL_RSEQ_BEGIN                                \
  ".pushsection __rseq_cs, \"aw?\"\n\t"                         \
  ".balign 32\n"                                                \
  "3:\n\t"                                                      \
  ".long 0, 0\n\t"                                              \
  ".quad 1f, 2f - 1f, 4f\n\t"                                   \
  ".popsection\n\t"                                             \
  "{leaq 3b(%%rip), %%rax|lea rax, [rip + 3b]}\n\t"             \
  "{movq %%rax, %%fs:8(%[rseq])|mov fs:[%[rseq] + 8], rax}\n"   \
  "1:\n\t"                                                      \
  "{movl %%fs:4(%[rseq]), %%eax|mov eax, fs:[%[rseq] + 4]}\n\t" \
  "{testl %%eax, %%eax|test eax, eax}\n\t"                      \
  "js %l[slow]\n\t"                                             \
  "{movq (%[head]), %%rdx|mov rdx, [%[head]]}\n\t"              \
  "{testq %%rdx, %%rdx|test rdx, rdx}\n\t"                      \
  "jz %l[slow]\n\t"                                             \
  "{shlq %[shift], %%rax|shl rax, %[shift]}\n\t"                \
  "{addq %%rdx, %%rax|add rax, rdx}\n\t"
#define VITALS_DETAIL_RSEQ_END                                       \
  "2:\n\t"                                                           \
  "{movq $0, %%fs:8(%[rseq])|mov qword ptr fs:[%[rseq] + 8], 0}\n\t" \
  ".pushsection __rseq_failure, \"ax?\"\n\t"                         \
  ".byte 0x0f, 0xb9, 0x3d\n\t" /* with the signature: ud1 */         \
  ".long 0x53053053\n"                                               \
  "4:\n\t"                                                           \
  "jmp %l[slow]\n\t"                                                 \
  ".popsection"
#define VITALS_DETAIL_RSEQ_INPUTS [rseq] "r"(__rseq_offset), [head] "r"(&head.stripes), [shift] "i"(kStripeShift)

template <std::size_t Offset>
[[nodiscard]] inline bool add(const CellHead& head, std::uint64_t n) noexcept {
  asm goto(VITALS_DETAIL_RSEQ_BEGIN
           "{addq %[n], %c[offset](%%rax)|add qword ptr [rax + %c[offset]], %[n]}\n" VITALS_DETAIL_RSEQ_END
           :
           : VITALS_DETAIL_RSEQ_INPUTS, [n] "er"(n), [offset] "i"(Offset)
           : "rax", "rdx", "memory", "cc"
           : slow);
  return true;
slow:
  return false;
}

template <std::size_t Offset>
[[nodiscard]] inline bool add(const CellHead& head, double v) noexcept {
  asm goto(VITALS_DETAIL_RSEQ_BEGIN
           "{movsd %c[offset](%%rax), %%xmm15|movsd xmm15, qword ptr [rax + %c[offset]]}\n\t"
           "{addsd %[v], %%xmm15|addsd xmm15, %[v]}\n\t"
           "{movsd %%xmm15, %c[offset](%%rax)|movsd qword ptr [rax + %c[offset]], xmm15}\n" VITALS_DETAIL_RSEQ_END
           :
           : VITALS_DETAIL_RSEQ_INPUTS, [v] "x"(v), [offset] "i"(Offset)
           : "rax", "rdx", "xmm15", "memory", "cc"
           : slow);
  return true;
slow:
  return false;
}

/// Adds 1 to the count and v to the sum, by one store of both.
[[nodiscard]] inline bool add_pair(const CellHead& head, std::size_t offset, double v) noexcept {
  asm goto(VITALS_DETAIL_RSEQ_BEGIN
           "{movq (%%rax,%[offset]), %%rdx|mov rdx, [rax + %[offset]]}\n\t"
           "{movsd 8(%%rax,%[offset]), %%xmm15|movsd xmm15, qword ptr [rax + %[offset] + 8]}\n\t"
           "{addq $1, %%rdx|add rdx, 1}\n\t"
           "{addsd %[v], %%xmm15|addsd xmm15, %[v]}\n\t"
           "{movq %%rdx, %%xmm14|movq xmm14, rdx}\n\t"
           "{unpcklpd %%xmm15, %%xmm14|unpcklpd xmm14, xmm15}\n\t"
           "{movapd %%xmm14, (%%rax,%[offset])|movapd [rax + %[offset]], xmm14}\n" VITALS_DETAIL_RSEQ_END
           :
           : VITALS_DETAIL_RSEQ_INPUTS, [v] "x"(v), [offset] "r"(offset)
           : "rax", "rdx", "xmm14", "xmm15", "memory", "cc"
           : slow);
  return true;
slow:
  return false;
}

#undef VITALS_DETAIL_RSEQ_BEGIN
#undef VITALS_DETAIL_RSEQ_END
#undef VITALS_DETAIL_RSEQ_INPUTS

#else

template <std::size_t Offset>
[[nodiscard]] inline bool add(const CellHead&, std::uint64_t) noexcept {
  return false;
}
template <std::size_t Offset>
[[nodiscard]] inline bool add(const CellHead&, double) noexcept {
  return false;
}
[[nodiscard]] inline bool add_pair(const CellHead&, std::size_t, double) noexcept { return false; }

#endif

}  // namespace vitals::detail
