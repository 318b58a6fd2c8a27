#pragma once

#include <atomic>
#include <cstddef>

namespace vitals::detail {

/// Memory that is taken while recording: without a lock, without malloc, from a signal handler too. An address is never
/// used twice, so what a stale reference leads to stays valid; pages are given back once all that lay in them was
/// released, and then read as zeros. All of it goes with the arena.
class PageArena {
 public:
  PageArena() noexcept = default;
  ~PageArena();
  PageArena(const PageArena&) = delete;
  PageArena& operator=(const PageArena&) = delete;

  /// Zeroed memory, or nullptr. Aligned to 64, or to the greatest power of two that divides every size that this arena
  /// was asked for, if that is less.
  [[nodiscard]] void* allocate(std::size_t bytes) noexcept;
  /// REQUIRES: what allocate() gave, and that size.
  void release(void* memory, std::size_t bytes) noexcept;

 private:
  struct Chunk;

  static void lock_from(Chunk& chunk, std::size_t begin, std::size_t end) noexcept;
  static Chunk* make(Chunk* before, std::size_t wanted) noexcept;
  static void release(Chunk& chunk, std::size_t begin, std::size_t end) noexcept;

  // The chunk that is being filled; it links to those before it. Release, so that a chunk is seen with its header.
  std::atomic<Chunk*> current_{nullptr};
};

}  // namespace vitals::detail
