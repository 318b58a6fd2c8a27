#include "core/system/page_arena.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#include <sys/mman.h>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kFirstChunk = 4 * kPage;
constexpr std::size_t kLargestChunk = 16 * kTableSpan;  // of which the first page, which stays, is little
}  // namespace

// The header of a mapping. `held` counts, for each page, the bytes that are not released: all at first, so that it
// reaches zero once, when every byte was handed out and came back. Of a chunk all of whose bytes came back, the first
// page stays, because it has this header.
// Release / acquire: whoever gives pages back comes after all who wrote there.
struct PageArena::Chunk {
  Chunk* before;
  std::size_t bytes;
  bool locks;                     // see lock_used()
  std::atomic<std::size_t> used;  // relaxed: whoever adds to it gets a part of its own
  std::atomic<std::size_t> live;  // pages of which some bytes are held
  std::atomic<std::uint16_t> held[1];

  static std::size_t header(std::size_t bytes) noexcept {
    return (sizeof(Chunk) + bytes / kPage * sizeof(std::uint16_t) + 63) / 64 * 64;
  }
};
static_assert(kPage <= UINT16_MAX);

PageArena::~PageArena() {
  for (Chunk* chunk = current_.load(std::memory_order_acquire); chunk != nullptr;) {
    Chunk* before = chunk->before;
    munmap(chunk, chunk->bytes);
    chunk = before;
  }
}

// Of the pages there those that nobody has used before: they begin there.
void PageArena::lock_from(Chunk& chunk, std::size_t begin, std::size_t end) noexcept {
  const std::size_t first = (begin + kPage - 1) / kPage * kPage;
  if (chunk.locks && first < end) lock_used(reinterpret_cast<std::byte*>(&chunk) + first, end - first);
}

PageArena::Chunk* PageArena::make(Chunk* before, std::size_t wanted) noexcept {
  std::size_t bytes = before == nullptr ? kFirstChunk : std::min(2 * before->bytes, kLargestChunk);
  while (bytes < Chunk::header(bytes) + wanted) bytes *= 2;
  const auto [memory, locks] = map_pages(bytes);
  if (memory == nullptr) return nullptr;
  const std::size_t header = Chunk::header(bytes);
  auto* chunk = new (memory) Chunk{before, bytes, locks, header, bytes / kPage - header / kPage, {}};
  lock_from(*chunk, 0, header);
  auto* held = static_cast<std::atomic<std::uint16_t>*>(chunk->held);
  for (std::size_t page = 0; page < bytes / kPage; ++page) held[page].store(kPage, std::memory_order_relaxed);
  held[header / kPage].store(static_cast<std::uint16_t>(kPage - header % kPage), std::memory_order_relaxed);
  return chunk;
}

void* PageArena::allocate(std::size_t bytes) noexcept {
  for (Chunk* chunk = current_.load(std::memory_order_acquire);;) {
    if (chunk != nullptr) {
      const std::size_t at = chunk->used.fetch_add(bytes, std::memory_order_relaxed);
      if (at + bytes <= chunk->bytes) {
        lock_from(*chunk, at, at + bytes);
        return reinterpret_cast<std::byte*>(chunk) + at;
      }
      if (at < chunk->bytes) release(*chunk, at, chunk->bytes);  // nobody else gets the rest
    }
    Chunk* made = make(chunk, bytes);
    if (made == nullptr) return nullptr;
    if (current_.compare_exchange_strong(chunk, made, std::memory_order_acq_rel, std::memory_order_acquire)) {
      chunk = made;
    } else {
      munmap(made, made->bytes);
    }
  }
}

void PageArena::release(void* memory, std::size_t bytes) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  for (Chunk* chunk = current_.load(std::memory_order_acquire); chunk != nullptr; chunk = chunk->before) {
    const std::uintptr_t at = address - reinterpret_cast<std::uintptr_t>(chunk);
    if (at < chunk->bytes) return release(*chunk, at, at + bytes);
  }
}

void PageArena::release(Chunk& chunk, std::size_t begin, std::size_t end) noexcept {
  auto* held = static_cast<std::atomic<std::uint16_t>*>(chunk.held);
  auto* first = reinterpret_cast<std::byte*>(&chunk);
  std::size_t dead = 0;
  for (std::size_t page = begin / kPage; page * kPage < end; ++page) {
    const std::size_t from = std::max(begin, page * kPage);
    const auto bytes = static_cast<std::uint16_t>(std::min(end, (page + 1) * kPage) - from);
    if (held[page].fetch_sub(bytes, std::memory_order_acq_rel) != bytes) continue;
    if (page * kPage >= Chunk::header(chunk.bytes)) give_back(first + page * kPage, kPage);
    ++dead;
  }
  if (dead > 0 && chunk.live.fetch_sub(dead, std::memory_order_acq_rel) == dead)
    give_back(first + kPage, chunk.bytes - kPage);  // for the rest of the header, and for page tables
}

}  // namespace vitals::detail
