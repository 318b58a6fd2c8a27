#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/mman.h>

namespace vitals::detail {

inline constexpr std::size_t kPage = 4096;
/// What one page of page tables maps.
inline constexpr std::size_t kTableSpan = std::size_t{2} << 20;

/// Zeroed private memory of small pages, nullptr if there is none. It takes no physical memory until it is written.
/// Whole spans lie in page tables of their own, which give_back() frees too.
[[nodiscard]] inline void* map_pages(std::size_t bytes) noexcept {
  const std::size_t extra = bytes % kTableSpan == 0 ? kTableSpan - kPage : 0;
  void* memory =
      mmap(nullptr, bytes + extra, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* begin = static_cast<std::byte*>(memory);
  if (extra > 0) {
    const std::size_t before = (0 - reinterpret_cast<std::uintptr_t>(begin)) & (kTableSpan - 1);
    if (before > 0) munmap(begin, before);
    if (before < extra) munmap(begin + before + bytes, extra - before);
    begin += before;
  }
  madvise(begin, bytes, MADV_NOHUGEPAGE);  // a page of which little is used should be a small one
  return begin;
}

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
