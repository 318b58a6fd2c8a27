#include "http/requests/route_texts.hpp"

#include <new>

#include "core/series/label_key.hpp"

namespace vitals::detail {

Route* RouteTexts::find(std::string_view text) const noexcept {
  const Table* const table = table_.load(std::memory_order_acquire);
  if (table == nullptr || text.size() > kMaxSize) return nullptr;
  const std::uint64_t hash = hash_of(text);
  for (std::size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
    const Entry* const entry = table->slots[i].load(std::memory_order_acquire);
    if (entry == nullptr) return nullptr;
    if (entry->hash == hash && entry->text == text) return entry->route.load(std::memory_order_acquire);
  }
}

void RouteTexts::add(std::string_view text, Route& route) noexcept try {
  if (tables_.empty() || entries_.size() >= tables_.back().mask / 2) {
    Table& larger = tables_.emplace_back(tables_.empty() ? 64 : 2 * (tables_.back().mask + 1));
    for (Entry& known : entries_) larger.put(known);
  }
  tables_.back().put(entries_.emplace_back(text, hash_of(text), route));
  table_.store(&tables_.back(), std::memory_order_release);
  size_.store(entries_.size(), std::memory_order_relaxed);
} catch (const std::bad_alloc&) {
}

void RouteTexts::renew(const std::function<Route&(std::string_view text)>& route_of) noexcept {
  for (Entry& entry : entries_) entry.route.store(&route_of(entry.text), std::memory_order_release);
}

void RouteTexts::Table::put(Entry& entry) noexcept {
  std::size_t i = entry.hash & mask;
  while (slots[i].load(std::memory_order_relaxed) != nullptr) i = (i + 1) & mask;
  slots[i].store(&entry, std::memory_order_release);
}

std::uint64_t RouteTexts::hash_of(std::string_view text) const noexcept {
  std::uint64_t words[1 + (kMaxSize + 7) / 8];
  const std::uint64_t* const end = put_short_key(words, text);
  return hash_key({words, static_cast<std::size_t>(end - words)}, seed_);
}

}  // namespace vitals::detail
