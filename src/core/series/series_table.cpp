#include "core/series/series_table.hpp"

#include <new>

#include <sys/mman.h>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kInitialSlots = 8;
}  // namespace

SeriesTable::SeriesTable(std::uint64_t seed, std::uint64_t hash_bits)
    : seed_{seed}, hash_bits_{hash_bits}, current_{make(kInitialSlots)} {}

SeriesTable::~SeriesTable() {
  const auto free = [](Slots* slots, std::size_t bytes) {
    if (bytes < kPage) {
      ::operator delete(slots);
    } else {
      munmap(slots, bytes);
    }
  };
  for (const auto [slots, bytes] : retired_) free(slots, bytes);
  Slots* current = current_.load(std::memory_order_relaxed);
  free(current, current->bytes);
}

SeriesTable::Slots* SeriesTable::make(std::size_t slots) {
  std::size_t bytes = sizeof(Slots) + slots * sizeof(std::uint64_t);
  void* memory = nullptr;
  if (bytes < kPage) {
    memory = ::operator new(bytes);
    for (std::size_t i = 0; i < slots; ++i)
      new (static_cast<std::byte*>(memory) + sizeof(Slots) + i * sizeof(std::uint64_t)) std::atomic<std::uint64_t>{0};
  } else {
    bytes = (bytes + kPage - 1) / kPage * kPage;
    const auto [pages, locks] = map_unlocked(bytes);
    if (pages == nullptr) throw std::bad_alloc{};
    if (locks) lock_used(pages, bytes);
    memory = pages;
  }
  return new (memory) Slots{slots - 1, bytes};
}

std::uint64_t SeriesTable::hash_of(const Series& series) const noexcept { return hash_of(series.key()); }

void SeriesTable::put(Slots& table, Series& series, std::uint64_t hash) noexcept {
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  std::size_t i = hash & mask;
  while (table.begin()[i].load(std::memory_order_relaxed) != 0) i = (i + 1) & mask;
  const std::uint64_t tag = hash >> kPointerBits << kPointerBits;
  table.begin()[i].store(tag | reinterpret_cast<std::uint64_t>(&series), std::memory_order_release);
}

Series* SeriesTable::find_series(KeyWords key) const noexcept {
  const std::uint64_t hash = hash_of(key);
  const Slots& table = *current_.load(std::memory_order_relaxed);
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const std::uint64_t slot = table.begin()[i].load(std::memory_order_relaxed);
    if (slot == 0) return nullptr;
    if ((slot ^ hash) >> kPointerBits == 0 && series_of(slot)->match(key) != nullptr) return series_of(slot);
  }
}

void SeriesTable::insert(Series& series) {
  Slots* table = current_.load(std::memory_order_relaxed);
  const std::size_t slots = table->mask.load(std::memory_order_relaxed) + 1;
  const Changing changing{changes_};
  if (4 * (size_ + 1) > 3 * slots) {
    retired_.reserve(retired_.size() + 1);
    Slots* larger = make(2 * slots);
    for (std::size_t i = 0; i < slots; ++i) {
      if (const std::uint64_t slot = table->begin()[i].load(std::memory_order_relaxed))
        put(*larger, *series_of(slot), hash_of(*series_of(slot)));
    }
    current_.store(larger, std::memory_order_release);
    retired_.push_back({table, table->bytes});
    // Its pages go back; its addresses stay, for readers who are still in it.
    if (table->bytes >= kPage) give_back(table, table->bytes);
    table = larger;
  }
  put(*table, series, hash_of(series));
  ++size_;
}

void SeriesTable::erase(Series& series) noexcept {
  const Changing changing{changes_};
  Slots& table = *current_.load(std::memory_order_relaxed);
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  const auto at = [&](std::size_t i) { return table.begin()[i].load(std::memory_order_relaxed); };
  std::size_t hole = hash_of(series) & mask;
  while (series_of(at(hole)) != &series) hole = (hole + 1) & mask;
  // Close the gap: whatever was pushed past the hole by a collision moves back into it, so no marks are left behind.
  for (std::size_t i = (hole + 1) & mask; const std::uint64_t slot = at(i); i = (i + 1) & mask) {
    const std::size_t home = hash_of(*series_of(slot)) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;  // its home lies behind the hole
    table.begin()[hole].store(slot, std::memory_order_release);
    hole = i;
  }
  table.begin()[hole].store(0, std::memory_order_release);
  --size_;
}

}  // namespace vitals::detail
