#include "core/series_table.hpp"

#include <cstring>

namespace vitals::detail {

namespace {

constexpr std::size_t kInitialSlots = 16;

std::string make_key(std::span<const std::string_view> values) {
  std::string key;
  for (const auto value : values) {
    const auto size = static_cast<std::uint32_t>(value.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size).append(value);
  }
  return key;
}

}  // namespace

SeriesBase::SeriesBase(std::uint64_t hash_of_values, std::span<const std::string_view> values,
                       std::string text_of_labels)
    : hash{hash_of_values}, key{make_key(values)}, text{std::move(text_of_labels)} {}

bool SeriesBase::matches(std::span<const std::string_view> values) const noexcept {
  const char* at = key.data();
  for (const auto value : values) {
    std::uint32_t size = 0;
    std::memcpy(&size, at, sizeof size);
    at += sizeof size;
    if (std::string_view{at, size} != value) return false;
    at += size;
  }
  return true;
}

std::vector<std::string_view> SeriesBase::values() const {
  std::vector<std::string_view> values;
  for (std::string_view rest = key; !rest.empty();) {
    std::uint32_t size = 0;
    std::memcpy(&size, rest.data(), sizeof size);
    values.push_back(rest.substr(sizeof size, size));
    rest.remove_prefix(sizeof size + size);
  }
  return values;
}

void SeriesTable::Slots::put(SeriesBase& series) noexcept {
  std::size_t i = series.hash & mask;
  while (slots[i].series.load(std::memory_order_relaxed) != nullptr) i = (i + 1) & mask;
  slots[i].hash.store(series.hash, std::memory_order_relaxed);
  slots[i].series.store(&series, std::memory_order_release);
}

SeriesTable::SeriesTable() {
  all_.push_back(std::make_unique<Slots>(kInitialSlots));
  current_.store(all_.back().get(), std::memory_order_relaxed);
}

SeriesBase* SeriesTable::find(std::uint64_t hash, std::span<const std::string_view> values) const noexcept {
  const Slots& table = *current_.load(std::memory_order_acquire);
  // Bounded, because slots that move while they are read could keep an unlucky reader from ever meeting a free one.
  for (std::size_t i = hash & table.mask, n = 0; n <= table.mask; i = (i + 1) & table.mask, ++n) {
    SeriesBase* series = table.slots[i].series.load(std::memory_order_acquire);
    if (series == nullptr) return nullptr;
    if (table.slots[i].hash.load(std::memory_order_relaxed) == hash && series->matches(values)) return series;
  }
  return nullptr;
}

void SeriesTable::insert(SeriesBase& series) {
  Slots* table = current_.load(std::memory_order_relaxed);
  if (2 * (size_ + 1) > table->mask + 1) {
    auto larger = std::make_unique<Slots>(2 * (table->mask + 1));
    for (std::size_t i = 0; i <= table->mask; ++i) {
      if (auto* moved = table->slots[i].series.load(std::memory_order_relaxed)) larger->put(*moved);
    }
    all_.push_back(std::move(larger));
    table = all_.back().get();
    current_.store(table, std::memory_order_release);
  }
  table->put(series);
  ++size_;
}

void SeriesTable::erase(SeriesBase& series) noexcept {
  Slots& table = *current_.load(std::memory_order_relaxed);
  const auto at = [&](std::size_t i) { return table.slots[i].series.load(std::memory_order_relaxed); };
  std::size_t hole = series.hash & table.mask;
  while (at(hole) != &series) hole = (hole + 1) & table.mask;
  // Close the gap: whatever was pushed past the hole by a collision moves back into it, so no marks are left behind.
  for (std::size_t i = (hole + 1) & table.mask; SeriesBase* candidate = at(i); i = (i + 1) & table.mask) {
    const std::size_t home = candidate->hash & table.mask;
    if (((i - home) & table.mask) < ((i - hole) & table.mask)) continue;  // its home lies behind the hole
    table.slots[hole].hash.store(candidate->hash, std::memory_order_relaxed);
    table.slots[hole].series.store(candidate, std::memory_order_release);
    hole = i;
  }
  table.slots[hole].series.store(nullptr, std::memory_order_release);
  --size_;
}

}  // namespace vitals::detail
