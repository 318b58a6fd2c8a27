#include "core/system/pages.hpp"

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

}  // namespace

// What mlockall(MCL_FUTURE) does to mmap(2), locking and making every page at once, or failing for RLIMIT_MEMLOCK, it
// doesn't do to mremap(2) of memory that was unlocked.
Pages map_unlocked(std::size_t bytes) noexcept {
  const int before = errno;
  void* pages = map(kPage);
  if (pages == nullptr) return {nullptr, false};
  const bool locks = is_locked(pages);
  if (locks && munlock(pages, kPage) == 0) {
    void* larger = mremap(pages, kPage, bytes, MREMAP_MAYMOVE);
    if (larger == MAP_FAILED) munmap(pages, kPage);
    pages = larger == MAP_FAILED ? nullptr : larger;
  } else {
    munmap(pages, kPage);
    pages = map(bytes);
  }
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
