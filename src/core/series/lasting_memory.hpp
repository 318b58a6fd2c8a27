#pragma once

#include <cstddef>
#include <mutex>

#include "core/series/instrument_arena.hpp"

namespace vitals::detail {

/// An InstrumentArena with a lock, for what has no family of its own: metrics without labels, and what users hold as
/// their family. Each piece has cache lines of its own. Thread-safe.
class LastingMemory {
 public:
  /// Zeroed memory. Throws std::bad_alloc.
  [[nodiscard]] void* allocate(std::size_t bytes) {
    const std::lock_guard lock{mutex_};
    return arena_.allocate(whole_lines(bytes));
  }
  /// REQUIRES: what allocate() gave, and that size.
  void release(void* memory, std::size_t bytes) noexcept {
    const std::lock_guard lock{mutex_};
    arena_.release(memory, whole_lines(bytes));
  }

 private:
  static constexpr std::size_t whole_lines(std::size_t bytes) noexcept { return (bytes + 63) / 64 * 64; }

  std::mutex mutex_;
  InstrumentArena arena_;
};

}  // namespace vitals::detail
