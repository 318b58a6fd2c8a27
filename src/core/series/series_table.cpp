#include "core/series/series_table.hpp"

#include <algorithm>
#include <new>

#include <sys/mman.h>

#include "core/system/pages.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kInitialSlots = 8;
constexpr std::size_t kMoved = 64;  // slots that a change looks at, after the table has grown

// What takes the place of a removed series where others can't move up: it matches no key.
constinit Series removed{.version = 1};
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
  if (Slots* smaller = smaller_.load(std::memory_order_relaxed)) free(smaller, smaller->bytes);
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

std::uint64_t SeriesTable::hash_of(const Series& series) const noexcept { return hash(series.key()); }

void SeriesTable::put(Slots& table, Series& series, std::uint64_t hash) noexcept {
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  std::size_t i = hash & mask;
  while (table.begin()[i].load(std::memory_order_relaxed) != 0) i = (i + 1) & mask;
  const std::uint64_t tag = hash >> kPointerBits << kPointerBits;
  table.begin()[i].store(tag | reinterpret_cast<std::uint64_t>(&series), std::memory_order_release);
}

// The slot of which that is true, or null.
template <class IsIt>
std::atomic<std::uint64_t>* SeriesTable::slot_in(Slots& table, std::uint64_t hash, IsIt is_it) noexcept {
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
    const std::uint64_t slot = table.begin()[i].load(std::memory_order_relaxed);
    if (slot == 0) return nullptr;
    if ((slot ^ hash) >> kPointerBits == 0 && is_it(*series_of(slot))) return &table.begin()[i];
  }
}

// Not inline: seldom, and in the way of look-ups that end beyond the limit.
void* SeriesTable::find_in_other(const Slots& table, const Search& search) noexcept {
  return find_in(table, search.key, search.hash);
}

Series* SeriesTable::find_series(KeyWords key) const noexcept {
  for (Slots* table : {current_.load(std::memory_order_relaxed), smaller_.load(std::memory_order_relaxed)}) {
    if (table == nullptr) continue;
    const auto* slot = slot_in(*table, hash(key), [&](const Series& series) { return series.match(key) != nullptr; });
    if (slot != nullptr) return series_of(slot->load(std::memory_order_relaxed));
  }
  return nullptr;
}

void SeriesTable::insert(Series& series) {
  const Changing changing{changes_};
  if (4 * (size_ + 1) > 3 * (current_.load(std::memory_order_relaxed)->mask.load(std::memory_order_relaxed) + 1))
    grow();
  move_some();
  put(*current_.load(std::memory_order_relaxed), series, hash_of(series));
  ++size_;
}

void SeriesTable::grow() {
  while (smaller_.load(std::memory_order_relaxed) != nullptr) move_some();  // they are long done, if nothing is removed
  Slots* table = current_.load(std::memory_order_relaxed);
  retired_.reserve(retired_.size() + 1);
  Slots* larger = make(2 * (table->mask.load(std::memory_order_relaxed) + 1));
  moved_ = 0;
  smaller_.store(table, std::memory_order_release);
  current_.store(larger, std::memory_order_release);
}

void SeriesTable::move_some() noexcept {
  Slots* from = smaller_.load(std::memory_order_relaxed);
  if (from == nullptr) return;
  Slots& to = *current_.load(std::memory_order_relaxed);
  const std::size_t slots = from->mask.load(std::memory_order_relaxed) + 1;
  const std::size_t end = std::min(slots, moved_ + kMoved);
  const auto at = [&](std::size_t i) { return from->begin()[i].load(std::memory_order_relaxed); };
  for (std::size_t i = moved_; i < end; ++i) {
    if (const std::uint64_t slot = at(i)) __builtin_prefetch(series_of(slot));
  }
  for (; moved_ < end; ++moved_) {
    const std::uint64_t slot = at(moved_);
    if (slot != 0 && series_of(slot) != &removed) put(to, *series_of(slot), hash_of(*series_of(slot)));
  }
  if (end < slots) return;
  smaller_.store(nullptr, std::memory_order_release);
  retired_.push_back({from, from->bytes});
  // Its pages go back; its addresses stay, for readers who are still in it.
  if (from->bytes >= kPage) give_back(from, from->bytes);
}

void SeriesTable::erase(Series& series) noexcept {
  const Changing changing{changes_};
  --size_;
  const std::uint64_t hash = hash_of(series);
  const auto is_it = [&](const Series& other) { return &other == &series; };
  if (Slots* smaller = smaller_.load(std::memory_order_relaxed)) {
    auto* slot = slot_in(*smaller, hash, is_it);
    if (slot != nullptr)
      slot->store(hash >> kPointerBits << kPointerBits | reinterpret_cast<std::uint64_t>(&removed),
                  std::memory_order_release);
  }
  Slots& table = *current_.load(std::memory_order_relaxed);
  auto* slot = slot_in(table, hash, is_it);
  if (slot == nullptr) return;  // it was not moved yet
  const std::size_t mask = table.mask.load(std::memory_order_relaxed);
  const auto at = [&](std::size_t i) { return table.begin()[i].load(std::memory_order_relaxed); };
  auto hole = static_cast<std::size_t>(slot - table.begin());
  // Close the gap: whatever was pushed past the hole by a collision moves back into it, so no marks are left behind.
  for (std::size_t i = (hole + 1) & mask; const std::uint64_t other = at(i); i = (i + 1) & mask) {
    const std::size_t home = hash_of(*series_of(other)) & mask;
    if (((i - home) & mask) < ((i - hole) & mask)) continue;  // its home lies behind the hole
    table.begin()[hole].store(other, std::memory_order_release);
    hole = i;
  }
  table.begin()[hole].store(0, std::memory_order_release);
}

}  // namespace vitals::detail
