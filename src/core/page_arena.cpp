#include "core/page_arena.hpp"

#include <algorithm>
#include <cstdint>
#include <new>

#include <sys/mman.h>

#include "core/give_back.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kFirstChunk = 16 * kPage;
constexpr std::size_t kLargestChunk = std::size_t{2} << 20;
}  // namespace

// The header of a mapping. `held` counts, for each page, the bytes that are not released: all at first, so that it
// reaches zero once, when every byte was handed out and came back. Release / acquire: whoever gives the page back comes
// after all who wrote there.
struct PageArena::Chunk {
  Chunk* before;
  std::size_t bytes;
  std::atomic<std::size_t> used;  // relaxed: each who adds gets a part of its own
  std::atomic<std::uint32_t> held[1];

  static std::size_t header(std::size_t bytes) noexcept {
    return (sizeof(Chunk) + bytes / kPage * sizeof(std::uint32_t) + 63) / 64 * 64;
  }
};

PageArena::~PageArena() {
  for (Chunk* chunk = current_.load(std::memory_order_acquire); chunk != nullptr;) {
    Chunk* before = chunk->before;
    munmap(chunk, chunk->bytes);
    chunk = before;
  }
}

PageArena::Chunk* PageArena::make(Chunk* before, std::size_t wanted) noexcept {
  std::size_t bytes = before == nullptr ? kFirstChunk : std::min(2 * before->bytes, kLargestChunk);
  while (bytes < Chunk::header(bytes) + wanted) bytes *= 2;
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  madvise(memory, bytes, MADV_NOHUGEPAGE);  // so that a page of few layouts is a small one
  auto* chunk = new (memory) Chunk{before, bytes, Chunk::header(bytes), {}};
  auto* held = static_cast<std::atomic<std::uint32_t>*>(chunk->held);
  for (std::size_t page = 0; page < bytes / kPage; ++page) held[page].store(kPage, std::memory_order_relaxed);
  return chunk;
}

void* PageArena::allocate(std::size_t bytes) noexcept {
  for (Chunk* chunk = current_.load(std::memory_order_acquire);;) {
    if (chunk != nullptr) {
      const std::size_t at = chunk->used.fetch_add(bytes, std::memory_order_relaxed);
      if (at + bytes <= chunk->bytes) return reinterpret_cast<std::byte*>(chunk) + at;
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
  auto* held = static_cast<std::atomic<std::uint32_t>*>(chunk.held);
  for (std::size_t page = begin / kPage; page * kPage < end; ++page) {
    const std::size_t from = std::max(begin, page * kPage);
    const auto bytes = static_cast<std::uint32_t>(std::min(end, (page + 1) * kPage) - from);
    if (held[page].fetch_sub(bytes, std::memory_order_acq_rel) == bytes)
      give_back(reinterpret_cast<std::byte*>(&chunk) + page * kPage, kPage);
  }
}

}  // namespace vitals::detail
