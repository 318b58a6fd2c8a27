#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include <vitals/detail/cells.hpp>

namespace vitals::detail {

/// The stripes of every cell: one that is shared and one per CPU that the machine may ever have.
[[nodiscard]] std::size_t stripes() noexcept;

/// A cell's value: the sum over its stripes.
[[nodiscard]] std::uint64_t sum_u64(std::byte* cell) noexcept;
[[nodiscard]] double sum_double(std::byte* cell) noexcept;

/// Updates that were dropped in this process.
[[nodiscard]] std::uint64_t dropped_updates() noexcept;

// Hands out cells, zeroed, and gives the memory back when it dies. Pages are mapped without being touched: a CPU that
// never records costs address space alone. Thread-safe.
class CellArena {
 public:
  static constexpr std::size_t kMaxCells = kStripeBytes / sizeof(std::uint64_t);

  CellArena();
  ~CellArena();
  CellArena(const CellArena&) = delete;
  CellArena& operator=(const CellArena&) = delete;

  /// n neighbouring cells. Throws std::bad_alloc. REQUIRES: n <= kMaxCells.
  [[nodiscard]] std::byte* allocate(std::size_t n);

 private:
  std::mutex mutex_;
  std::vector<std::byte*> blocks_;
  std::size_t used_ = kMaxCells;  // cells of the last block
};

}  // namespace vitals::detail
