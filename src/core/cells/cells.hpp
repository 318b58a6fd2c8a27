#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <vitals/detail/cells.hpp>

namespace vitals::detail {

// Adding where <vitals/detail/cells.hpp> can't, and reading.

/// Finds out whether this CPU reads pairs in one load, and lets it do so if it may. To be called before the first
/// instrument is made. Tests forbid it, to see what CPUs without AVX do.
void prepare_pairs(bool may_load = true) noexcept;

/// Clears the descriptor that an add which returned false may have left, so that the kernel doesn't look at it any
/// more.
void leave_sequence() noexcept;

/// Adds to the instrument's cells by locked instructions: to the stripe of this CPU if the instrument is spread and
/// there are no restartable sequences, else to its own cell. Heats the instrument, and spreads it when it is hot.
/// `bytes` is the size of all its cells.
void add_slow(CellHead& head, std::size_t bytes, std::size_t offset, std::atomic<std::uint64_t>& own,
              std::uint64_t n) noexcept;
void add_slow(CellHead& head, std::size_t bytes, std::size_t offset, std::atomic<double>& own, double v) noexcept;
void add_pair_slow(CellHead& head, std::size_t bytes, std::size_t offset, PairCell& own, double v) noexcept;
/// The same with a count and its sum, of several observations.
void add_pair_slow(CellHead& head, std::size_t bytes, std::size_t offset, PairCell& own, PairCell many) noexcept;

/// Sums over the stripes, without the instrument's own cell.
[[nodiscard]] std::uint64_t sum_u64(const CellHead& head, std::size_t offset) noexcept;
[[nodiscard]] double sum_double(const CellHead& head, std::size_t offset) noexcept;
/// With its own cell. Count and sum belong together wherever a pair can be written as one (x86-64, but not under
/// ThreadSanitizer); elsewhere the sum may have one observation per recording thread more or less.
[[nodiscard]] PairCell sum_pair(const CellHead& head, std::size_t offset, const PairCell& own) noexcept;
/// The same of pairs that follow each other: as many as `sums` has room for, of which `own` is the first.
void sum_pairs(const CellHead& head, std::size_t offset, const PairCell* own, std::span<PairCell> sums) noexcept;

/// A scrape has seen the instrument: the heat of the past is forgotten.
inline void cool(CellHead& head) noexcept {
  if (head.heat.load(std::memory_order_relaxed) != 0) head.heat.store(0, std::memory_order_relaxed);
}

/// Updates that were dropped in this process.
[[nodiscard]] std::uint64_t dropped_updates() noexcept;

/// An instrument that is not spread from birth is spread when it was updated kSpreadHeat times between two scrapes. An
/// update that met another thread's counts as kContention of them.
inline constexpr std::uint32_t kSpreadHeat = 4096;
inline constexpr std::uint32_t kContention = 64;

}  // namespace vitals::detail
