#include "core/series/series_arena.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <new>
#include <utility>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kFirstPower = 10;  // of two
}  // namespace

SeriesArena::~SeriesArena() = default;  // no series needs a destructor

std::size_t SeriesArena::class_of(std::size_t bytes) noexcept {
  if (bytes <= kFine) return (bytes - 1) / 8;
  if (bytes <= kSmall) return (kFine / 8) + (bytes - kFine - 1) / 16;
  return kSteps + static_cast<std::size_t>(std::bit_width(bytes - 1)) - kFirstPower;
}

std::size_t SeriesArena::bytes_of(std::size_t size_class) noexcept {
  if (size_class < kFine / 8) return 8 * (size_class + 1);
  if (size_class < kSteps) return kFine + 16 * (size_class + 1 - kFine / 8);
  return std::size_t{1} << (size_class - kSteps + kFirstPower);
}

void* SeriesArena::carve(std::size_t bytes) {
  if (bytes > left_) {
    const std::size_t size = std::max(bytes, next_chunk_);
    chunks_.reserve(chunks_.size() + 1);
    // Not filled with zeros, so pages that no series reaches take no memory.
    chunks_.push_back(std::unique_ptr<std::byte[]>{new std::byte[size]});
    if (size > kLargestChunk) return chunks_.back().get();
    at_ = chunks_.back().get();
    left_ = size;
    next_chunk_ = std::min(2 * next_chunk_, kLargestChunk);
  }
  left_ -= bytes;
  return std::exchange(at_, at_ + bytes);
}

Series& SeriesArena::allocate(std::size_t bytes) {
  const std::size_t size_class = class_of(bytes);
  if (Series* series = free_[size_class]) {
    free_[size_class] = series->next.load(std::memory_order_relaxed);
    return *series;
  }
  const std::size_t size = bytes_of(size_class);
  auto* series = new (carve(size)) Series;
  series->version.store(1, std::memory_order_relaxed);
  series->block_bytes = static_cast<std::uint32_t>(std::min<std::size_t>(size, UINT32_MAX));
  return *series;
}

// Whole pages of a large block go back to the kernel. A look-up that still reads there finds another key.
void SeriesArena::release(Series& series) noexcept {
  const auto whole = [](std::uintptr_t address) { return (address + kPage - 1) / kPage * kPage; };
  const std::uintptr_t begin = whole(reinterpret_cast<std::uintptr_t>(&series + 1));
  const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(&series) + series.block_bytes) / kPage * kPage;
  if (begin < end) give_back(reinterpret_cast<void*>(begin), end - begin);
  Series*& first = free_[class_of(series.block_bytes)];
  series.next.store(first, std::memory_order_relaxed);
  first = &series;
}

}  // namespace vitals::detail
