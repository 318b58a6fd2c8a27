#include "core/system/pages.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include <sys/mman.h>

namespace vitals::detail {

namespace {

void* map(std::size_t bytes) noexcept {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

// The kernel refuses to take locked pages back, which tells whether a new one is.
bool is_locked(void* page) noexcept { return madvise(page, kPage, MADV_DONTNEED) != 0 && errno == EINVAL; }

// An unlocked page, for when RLIMIT_MEMLOCK has no room for another one. Relaxed: who takes it writes nothing there.
constinit std::atomic<void*> spare{nullptr};

// Turns an unlocked page into unlocked memory, of which one page more is spared.
void* grow(void* page, std::size_t bytes) noexcept {
  void* pages = mremap(page, kPage, bytes + kPage, MREMAP_MAYMOVE);
  if (pages == MAP_FAILED) {  // a sandbox may forbid it
    munmap(page, kPage);
    return map(bytes);
  }
  void* last = static_cast<std::byte*>(pages) + bytes;
  void* none = nullptr;
  if (!spare.compare_exchange_strong(none, last, std::memory_order_relaxed)) munmap(last, kPage);
  return pages;
}

}  // namespace

// What mlockall(MCL_FUTURE) does to mmap(2), locking and making every page at once, or failing for RLIMIT_MEMLOCK, it
// doesn't do to mremap(2) of memory that was unlocked.
Pages map_unlocked(std::size_t bytes) noexcept {
  const int before = errno;
  void* page = map(kPage);
  const bool locks = page == nullptr || is_locked(page);
  if (page != nullptr && (!locks || munlock(page, kPage) != 0)) {
    munmap(page, kPage);
    page = nullptr;
  } else if (page == nullptr) {
    page = spare.exchange(nullptr, std::memory_order_relaxed);
  }
  void* pages = page == nullptr ? map(bytes) : grow(page, bytes);
  errno = before;  // recording may come here
  return {pages, locks};
}

void lock_used(void* pages, std::size_t bytes) noexcept {
  const int before = errno;
  (void)mlock2(pages, bytes, MLOCK_ONFAULT);
  errno = before;
}

Pages map_pages(std::size_t bytes) noexcept {
  const std::size_t extra = bytes % kTableSpan == 0 ? kTableSpan - kPage : 0;
  const auto [memory, locks] = map_unlocked(bytes + extra);
  if (memory == nullptr) return {nullptr, false};
  auto* begin = static_cast<std::byte*>(memory);
  if (extra > 0) {
    const std::size_t before = (0 - reinterpret_cast<std::uintptr_t>(begin)) & (kTableSpan - 1);
    if (before > 0) munmap(begin, before);
    if (before < extra) munmap(begin + before + bytes, extra - before);
    begin += before;
  }
  madvise(begin, bytes, MADV_NOHUGEPAGE);  // a page of which little is used should be a small one
  return {begin, locks};
}

}  // namespace vitals::detail
