#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitals::detail {

/// The memory of a family's instruments, all of one size. An address is never used twice, so a reference to an
/// instrument whose series was removed stays valid and never becomes that of another. Pages are given back once all
/// their instruments are gone; they read as zeros then, which an instrument takes for "removed". Needs the family's
/// lock.
class InstrumentArena {
 public:
  /// REQUIRES: size is a multiple of the instruments' alignment, which is at most that of a page.
  explicit InstrumentArena(std::size_t size) noexcept : size_{size} {}
  ~InstrumentArena();
  InstrumentArena(const InstrumentArena&) = delete;
  InstrumentArena& operator=(const InstrumentArena&) = delete;

  /// Zeroed memory of an instrument. Throws std::bad_alloc.
  [[nodiscard]] void* allocate();
  void release(void* instrument) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Chunk {
    std::byte* begin;
    std::size_t bytes;
    bool locks;  // see lock_used()
    std::size_t used = 0;
    std::size_t instruments = 0;
    std::vector<std::uint16_t> live{};  // by page: instruments that lie there, wholly or in part
  };

  void add_chunk();

  const std::size_t size_;
  std::vector<Chunk> chunks_;  // by address
  std::size_t last_ = 0;       // the one that is being filled
};

}  // namespace vitals::detail
