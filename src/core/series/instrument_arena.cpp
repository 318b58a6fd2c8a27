#include "core/series/instrument_arena.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

#include <sys/mman.h>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t whole_pages(std::size_t bytes) noexcept { return (bytes + kPage - 1) / kPage * kPage; }
}  // namespace

InstrumentArena::~InstrumentArena() {
  for (const Chunk& chunk : chunks_) munmap(chunk.begin, chunk.bytes);
}

void InstrumentArena::add_chunk(std::size_t needed) {
  constexpr std::size_t kFirstChunk = 4 * kPage;
  constexpr std::size_t kLargestChunk = kTableSpan;
  const std::size_t wanted = chunks_.empty() ? kFirstChunk : std::min(2 * chunks_[last_].bytes, kLargestChunk);
  const std::size_t bytes = std::max(wanted, whole_pages(needed));
  std::vector<std::uint16_t> live(bytes / kPage);
  chunks_.reserve(chunks_.size() + 1);
  const auto [memory, locks] = map_pages(bytes);
  if (memory == nullptr) throw std::bad_alloc{};
  if (!chunks_.empty() && chunks_[last_].used < chunks_[last_].bytes) {  // nothing more comes into it
    Chunk& last = chunks_[last_];
    const std::size_t page = std::exchange(last.used, last.bytes) / kPage;
    give_back_unused(last, page, last.live.size() - 1);
  }
  Chunk chunk{static_cast<std::byte*>(memory), bytes, locks, 0, 0, std::move(live)};
  const auto place = std::upper_bound(chunks_.begin(), chunks_.end(), chunk.begin,
                                      [](const std::byte* begin, const Chunk& other) { return begin < other.begin; });
  last_ = static_cast<std::size_t>(place - chunks_.begin());
  chunks_.insert(place, std::move(chunk));
}

void* InstrumentArena::allocate(std::size_t bytes) {
  if (chunks_.empty() || chunks_[last_].used + bytes > chunks_[last_].bytes) add_chunk(bytes);
  Chunk& chunk = chunks_[last_];
  const std::size_t at = std::exchange(chunk.used, chunk.used + bytes);
  for (std::size_t page = at / kPage; page <= (at + bytes - 1) / kPage; ++page) {
    if (chunk.locks && page * kPage >= at) lock_used(chunk.begin + page * kPage, kPage);  // the first that is there
    ++chunk.live[page];
  }
  ++chunk.instruments;
  return chunk.begin + at;
}

// Those of its pages, from the first to the last, in which nothing lies, and nothing will.
void InstrumentArena::give_back_unused(Chunk& chunk, std::size_t first, std::size_t last) noexcept {
  for (std::size_t page = first; page <= last; ++page) {
    if (chunk.live[page] == 0 && (page + 1) * kPage <= chunk.used) give_back(chunk.begin + page * kPage, kPage);
  }
  if (chunk.instruments > 0 || chunk.used < chunk.bytes) return;
  give_back(chunk.begin, chunk.bytes);        // for its page tables
  chunk.live = std::vector<std::uint16_t>{};  // {} alone would keep its memory
}

void InstrumentArena::release(void* instrument, std::size_t bytes) noexcept {
  auto* address = static_cast<std::byte*>(instrument);
  const auto after = std::upper_bound(chunks_.begin(), chunks_.end(), address,
                                      [](const std::byte* a, const Chunk& chunk) { return a < chunk.begin; });
  Chunk& chunk = *std::prev(after);
  const auto at = static_cast<std::size_t>(address - chunk.begin);
  const std::size_t first = at / kPage;
  const std::size_t last = (at + bytes - 1) / kPage;
  for (std::size_t page = first; page <= last; ++page) --chunk.live[page];
  --chunk.instruments;
  give_back_unused(chunk, first, last);
}

}  // namespace vitals::detail
