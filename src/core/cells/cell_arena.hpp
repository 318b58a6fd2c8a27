#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <vitals/detail/cells.hpp>

namespace vitals::detail {

/// The stripes of every cell: one per CPU that the machine may ever have. Where the kernel's list of them can't be
/// read, or is not the kernel's own, one per CPU that this kernel could have: some hundreds.
[[nodiscard]] std::size_t stripes() noexcept;

/// One more than the greatest number in a list such as "0-1" or "0,2-7", 0 if it is no such list.
[[nodiscard]] std::size_t cpus_of_list(std::string_view list) noexcept;

/// Whether stripes are written by restartable sequences, and so by nothing else.
[[nodiscard]] bool has_sequences() noexcept;

/// Finds out how cells may be written. To be called before the first instrument is made. Thread-safe.
void prepare_cells() noexcept;

// Where stripes come from: one arena for the process, never given back, so that it serves static destructors too.
// Takes no memory but by mmap and waits for no lock while recording, since a signal handler may be the one that
// spreads.

/// The most bytes of cells that an instrument may have.
inline constexpr std::size_t kMaxCellBytes = kStripeBytes;

enum class Spread { Now, IfIdle };

/// Gives the instrument stripes of `bytes` bytes. Does nothing if it has some, or is not live, or there is no memory.
/// IfIdle: nor if another thread is in the arena; the instrument will ask again.
void spread(CellHead& head, std::size_t bytes, Spread when) noexcept;

/// The end of an instrument: its stripes serve another one. What is recorded from now on counts in its own cells.
/// REQUIRES: bytes as given to spread().
void retire(CellHead& head, std::size_t bytes) noexcept;

/// For the tests: instruments that have stripes, and stripes that no instrument can have any more.
struct ArenaCounts {
  std::size_t spread;
  std::size_t lost;
};
[[nodiscard]] ArenaCounts arena_counts() noexcept;

/// Whether stripes that were given back can be given to others: needs restartable sequences and membarrier(2). Without,
/// at most kMaxLost are given up, and from then on nothing is spread.
[[nodiscard]] bool can_reclaim() noexcept;
inline constexpr std::size_t kMaxLost = 4096;

}  // namespace vitals::detail
