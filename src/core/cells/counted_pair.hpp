#pragma once

#include <cstddef>
#include <cstdint>

#include <vitals/detail/cells.hpp>

namespace vitals::detail {

/// What add_counted() has left to be done by the slow paths.
enum class Unadded { Nothing, Pair, Both };

#if VITALS_DETAIL_RSEQ

/// Adds 1 to the whole number of a counter, and 1 and v to a pair of a histogram, `offset` bytes from its first, by one
/// restartable sequence: what begins and ends it is done once. As add_pair(), of which <vitals/detail/cells.hpp> has
/// the rest, but with two instructions that write. The carry flag tells which of them were executed when the kernel
/// goes on at label 4, with flags and registers as they were: it is set just before esi becomes 1, and the addition to
/// the counter, the next instruction, clears it. (A counter that wraps from 2^64 - 1 at that very moment would be added
/// to twice.)
[[nodiscard]] inline Unadded add_counted(const CellHead& counter, const CellHead& pairs, std::size_t offset,
                                         double v) noexcept {
  asm goto(
      ".pushsection __rseq_cs, \"aw?\"\n\t"
      ".balign 32\n"
      "3:\n\t"
      ".long 0, 0\n\t"
      ".quad 1f, 2f - 1f, 4f\n\t"
      ".popsection\n\t"
      "{xorl %%esi, %%esi|xor esi, esi}\n\t"
      "{leaq 3b(%%rip), %%rax|lea rax, [rip + 3b]}\n\t"
      "{movq %%rax, %%fs:8(%[rseq])|mov fs:[%[rseq] + 8], rax}\n"  // nothing between it and label 1
      "1:\n\t"
      "{movl %%fs:4(%[rseq]), %%eax|mov eax, fs:[%[rseq] + 4]}\n\t"
      "{testl %%eax, %%eax|test eax, eax}\n\t"
      "js %l[neither]\n\t"
      "{movq (%[counter]), %%rcx|mov rcx, [%[counter]]}\n\t"
      "{testq %%rcx, %%rcx|test rcx, rcx}\n\t"
      "jz %l[neither]\n\t"
      "{movq (%[pairs]), %%rdx|mov rdx, [%[pairs]]}\n\t"
      "{testq %%rdx, %%rdx|test rdx, rdx}\n\t"
      "jz %l[neither]\n\t"
      "{shlq %[shift], %%rax|shl rax, %[shift]}\n\t"
      "{addq %%rax, %%rcx|add rcx, rax}\n\t"
      "{addq %[offset], %%rdx|add rdx, %[offset]}\n\t"
      "{addq %%rdx, %%rax|add rax, rdx}\n\t"
      "{movq (%%rax), %%rdx|mov rdx, [rax]}\n\t"
      "{movsd 8(%%rax), %%xmm15|movsd xmm15, qword ptr [rax + 8]}\n\t"
      "{addq $1, %%rdx|add rdx, 1}\n\t"
      "{addsd %[v], %%xmm15|addsd xmm15, %[v]}\n\t"
      "{movq %%rdx, %%xmm14|movq xmm14, rdx}\n\t"
      "{unpcklpd %%xmm15, %%xmm14|unpcklpd xmm14, xmm15}\n\t"
      "stc\n\t"
      "{movl $1, %%esi|mov esi, 1}\n\t"
      "{addq $1, (%%rcx)|add qword ptr [rcx], 1}\n\t"
      "{movapd %%xmm14, (%%rax)|movapd [rax], xmm14}\n"
      "2:\n\t"
      "{movq $0, %%fs:8(%[rseq])|mov qword ptr fs:[%[rseq] + 8], 0}\n\t"
      ".pushsection __rseq_failure, \"ax?\"\n\t"
      ".byte 0x0f, 0xb9, 0x3d\n\t"
      ".long 0x53053053\n"
      "4:\n\t"
      "jc %l[neither]\n\t"
      "{testl %%esi, %%esi|test esi, esi}\n\t"
      "jz %l[neither]\n\t"
      "jmp %l[pair]\n\t"
      ".popsection"
      :
      : [rseq] "r"(__rseq_offset), [counter] "r"(&counter.stripes), [pairs] "r"(&pairs.stripes),
        [shift] "i"(kStripeShift), [v] "x"(v), [offset] "r"(offset)
      : "rax", "rcx", "rdx", "rsi", "xmm14", "xmm15", "memory", "cc"
      : neither, pair);
  return Unadded::Nothing;
pair:
  return Unadded::Pair;
neither:
  return Unadded::Both;
}

#else

[[nodiscard]] inline Unadded add_counted(const CellHead&, const CellHead&, std::size_t, double) noexcept {
  return Unadded::Both;
}

#endif

}  // namespace vitals::detail
