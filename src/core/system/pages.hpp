#pragma once

#include <cerrno>
#include <cstddef>

#include <sys/mman.h>

namespace vitals::detail {

inline constexpr std::size_t kPage = 4096;
/// What one page of page tables maps.
inline constexpr std::size_t kTableSpan = std::size_t{2} << 20;

struct Pages {
  void* begin;  // nullptr: none
  bool locks;   // whether this is a program that locks all memory that it will map (mlockall)
};

/// Zeroed private memory. It takes no physical memory until it is written, and doesn't count in RLIMIT_MEMLOCK, in a
/// program that locks its memory either: whoever uses pages there calls lock_used() if it `locks`.
[[nodiscard]] Pages map_unlocked(std::size_t bytes) noexcept;
/// The same in small pages. Whole spans lie in page tables of their own, which give_back() frees too. REQUIRES: whole
/// pages.
[[nodiscard]] Pages map_pages(std::size_t bytes) noexcept;

/// Locks these pages, each as it is first written. Where RLIMIT_MEMLOCK forbids that they stay unlocked.
void lock_used(void* pages, std::size_t bytes) noexcept;

/// Gives whole pages of private memory back to the kernel: they read as zeros from now on. Locked ones too (mlockall),
/// where the kernel can (Linux 5.18); elsewhere those stay as they are, which costs memory alone. Page tables go with a
/// whole span (Linux 6.14).
inline void give_back(void* pages, std::size_t bytes) noexcept {
#ifndef MADV_DONTNEED_LOCKED
  constexpr int MADV_DONTNEED_LOCKED = 24;
#endif
  if (madvise(pages, bytes, MADV_DONTNEED) != 0 && errno == EINVAL) madvise(pages, bytes, MADV_DONTNEED_LOCKED);
}

}  // namespace vitals::detail
