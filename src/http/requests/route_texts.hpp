#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/series/environment.hpp"

namespace vitals::detail {

struct Route;

// What texts of templates stand for, word for word, so that what a server tells with each request need not be taken
// apart each time. It only ever grows: readers take no lock and may run while a text is added. Writers must exclude
// each other. A server has few templates, all its own: kMaxTexts is there for one that gives something else. Cost:
// find() some 10 ns for a text of 30 bytes, no allocation; 80 bytes for each text, and the text.
class RouteTexts {
 public:
  RouteTexts() = default;
  RouteTexts(const RouteTexts&) = delete;
  RouteTexts& operator=(const RouteTexts&) = delete;

  /// What a text was added with, or null.
  [[nodiscard]] Route* find(std::string_view text) const noexcept;
  /// Whether it can be added, if it is not there: there is room, and it isn't too long.
  [[nodiscard]] bool has_room_for(std::string_view text) const noexcept {
    return text.size() <= kMaxSize && size_.load(std::memory_order_relaxed) < kMaxTexts;
  }
  /// Without memory for it, it is not there. REQUIRES: has_room_for(text), and it is not there.
  void add(std::string_view text, Route& route) noexcept;
  /// Asks again what each text stands for.
  void renew(const std::function<Route&(std::string_view text)>& route_of) noexcept;

  static constexpr std::size_t kMaxTexts = 4'096;
  static constexpr std::size_t kMaxSize = 255;

 private:
  struct Entry {
    Entry(std::string_view asked, std::uint64_t hashed, Route& found) : hash{hashed}, text{asked}, route{&found} {}

    const std::uint64_t hash;
    const std::string text;
    std::atomic<Route*> route;
  };

  // Open addressing, at most half full: a search ends at an empty slot. Never removed: a reader may still be in one
  // that was replaced, which lacks only what was added since.
  struct Table {
    explicit Table(std::size_t size) : mask{size - 1}, slots{std::make_unique<std::atomic<Entry*>[]>(size)} {}

    void put(Entry& entry) noexcept;

    const std::size_t mask;
    const std::unique_ptr<std::atomic<Entry*>[]> slots;
  };

  [[nodiscard]] std::uint64_t hash_of(std::string_view text) const noexcept;

  const std::uint64_t seed_ = random_word();
  // A table, an entry and a route are complete before a pointer to them is stored: release stores, acquire loads.
  std::atomic<const Table*> table_{nullptr};
  std::atomic<std::size_t> size_{0};  // relaxed: only spares the lock
  std::deque<Entry> entries_;         // deques, since entries and tables must not move
  std::deque<Table> tables_;
};

}  // namespace vitals::detail
