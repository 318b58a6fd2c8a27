#pragma once

#include <cerrno>
#include <cstddef>

#include <sys/mman.h>

namespace vitals::detail {

/// Gives whole pages of private memory back to the kernel: they read as zeros from now on. Locked ones too (mlockall),
/// where the kernel can (Linux 5.18); elsewhere those stay as they are, which costs memory alone.
inline void give_back(void* pages, std::size_t bytes) noexcept {
#ifndef MADV_DONTNEED_LOCKED
  constexpr int MADV_DONTNEED_LOCKED = 24;
#endif
  if (madvise(pages, bytes, MADV_DONTNEED) != 0 && errno == EINVAL) madvise(pages, bytes, MADV_DONTNEED_LOCKED);
}

}  // namespace vitals::detail
