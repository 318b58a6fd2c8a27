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

void InstrumentArena::add_chunk() {
  constexpr std::size_t kFirstChunk = 4 * kPage;
  constexpr std::size_t kLargestChunk = kTableSpan;
  const std::size_t wanted = chunks_.empty() ? kFirstChunk : std::min(2 * chunks_[last_].bytes, kLargestChunk);
  const std::size_t bytes = std::max(wanted, whole_pages(size_));
  std::vector<std::uint16_t> live(bytes / kPage);
  chunks_.reserve(chunks_.size() + 1);
  const auto [memory, locks] = map_pages(bytes);
  if (memory == nullptr) throw std::bad_alloc{};
  Chunk chunk{static_cast<std::byte*>(memory), bytes, locks, 0, 0, std::move(live)};
  const auto place = std::upper_bound(chunks_.begin(), chunks_.end(), chunk.begin,
                                      [](const std::byte* begin, const Chunk& other) { return begin < other.begin; });
  last_ = static_cast<std::size_t>(place - chunks_.begin());
  chunks_.insert(place, std::move(chunk));
}

void* InstrumentArena::allocate() {
  if (chunks_.empty() || chunks_[last_].used + size_ > chunks_[last_].bytes) add_chunk();
  Chunk& chunk = chunks_[last_];
  const std::size_t at = std::exchange(chunk.used, chunk.used + size_);
  for (std::size_t page = at / kPage; page <= (at + size_ - 1) / kPage; ++page) {
    if (chunk.locks && page * kPage >= at) lock_used(chunk.begin + page * kPage, kPage);  // the first that is there
    ++chunk.live[page];
  }
  ++chunk.instruments;
  return chunk.begin + at;
}

void InstrumentArena::release(void* instrument) noexcept {
  auto* address = static_cast<std::byte*>(instrument);
  const auto after = std::upper_bound(chunks_.begin(), chunks_.end(), address,
                                      [](const std::byte* a, const Chunk& chunk) { return a < chunk.begin; });
  Chunk& chunk = *std::prev(after);
  const auto at = static_cast<std::size_t>(address - chunk.begin);
  const bool filled = chunk.used + size_ > chunk.bytes;
  for (std::size_t page = at / kPage; page <= (at + size_ - 1) / kPage; ++page) {
    const bool passed = filled || (page + 1) * kPage <= chunk.used;
    if (--chunk.live[page] == 0 && passed) give_back(chunk.begin + page * kPage, kPage);
  }
  if (--chunk.instruments > 0 || !filled) return;
  give_back(chunk.begin, chunk.bytes);  // for its page tables
  chunk.live = {};
}

}  // namespace vitals::detail
