#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitals::detail {

/// The memory of instruments, and of what else users have references to. An address is never used twice, so a reference
/// to an instrument that was removed stays valid and never becomes that of another. Pages are given back once all their
/// instruments are gone; they read as zeros then, which an instrument takes for "removed". Needs a lock.
class InstrumentArena {
 public:
  InstrumentArena() = default;
  ~InstrumentArena();
  InstrumentArena(const InstrumentArena&) = delete;
  InstrumentArena& operator=(const InstrumentArena&) = delete;

  /// Zeroed memory. Throws std::bad_alloc. REQUIRES: each size that an arena is asked for is a multiple of the
  /// alignment that any of them needs, which is at most that of a page.
  [[nodiscard]] void* allocate(std::size_t bytes);
  /// REQUIRES: what allocate() gave, and that size.
  void release(void* instrument, std::size_t bytes) noexcept;

 private:
  struct Chunk {
    std::byte* begin;
    std::size_t bytes;
    bool locks;  // see lock_used()
    std::size_t used = 0;
    std::size_t instruments = 0;
    std::vector<std::uint16_t> live{};  // by page: instruments that lie there, wholly or in part
  };

  void add_chunk(std::size_t bytes);
  static void give_back_unused(Chunk& chunk, std::size_t first, std::size_t last) noexcept;

  std::vector<Chunk> chunks_;  // by address
  std::size_t last_ = 0;       // the one that is being filled
};

}  // namespace vitals::detail
