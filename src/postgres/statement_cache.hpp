#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace vitals::detail {

struct PgSeries;

/// Remembers the series of the statements that were met last, by the hash of their text, or of what is found in it.
/// Thread-safe, without a lock. Cost: 16 KiB; no text is kept, and a new statement takes the place of an older one.
/// Two texts that share all 64 bits of the hash share a series: the second one gets the labels of the first.
class StatementCache {
 public:
  static std::uint64_t hash(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }

  /// Null if the statement isn't known.
  [[nodiscard]] const PgSeries* find(std::uint64_t hash) const noexcept {
    const Slot& slot = slots_[hash % kSlots];
    const PgSeries* series = slot.series.load(std::memory_order_acquire);
    return (slot.check.load(std::memory_order_relaxed) ^ address(series)) == hash ? series : nullptr;
  }

  void put(std::uint64_t hash, const PgSeries& series) noexcept {
    Slot& slot = slots_[hash % kSlots];
    slot.check.store(hash ^ address(&series), std::memory_order_relaxed);
    slot.series.store(&series, std::memory_order_release);
  }

 private:
  static constexpr std::size_t kSlots = 1024;

  static std::uint64_t address(const PgSeries* series) noexcept {
    return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(series));
  }

  // Two threads may write one slot at once and leave the check of statement A beside the series of B. The check is
  // hash(A) ^ series(A). So a reader who looks for A accepts the slot only if series(A) == series(B), which is right.
  // Another reader accepts it only if the exclusive or of three unrelated numbers is the hash that it looks for. So the
  // two words need no common order. Release and acquire on `series` publish what it points to. An empty slot gives
  // null, whatever the hash.
  struct Slot {
    std::atomic<std::uint64_t> check{0};
    std::atomic<const PgSeries*> series{nullptr};
  };
  std::array<Slot, kSlots> slots_;
};

}  // namespace vitals::detail
