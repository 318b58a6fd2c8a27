#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace vitals::detail {

/// Remembers keys whose values must be changed before they can be looked for, and which then had no series though their
/// family was full: the last ones, by their hashes, for as long as the table of series is the same.
/// Thread-safe, without a lock. Cost: 8 KiB.
/// It is wrong about a key with a probability of 2^-62, since the seed of hashes is a secret: then a series that there
/// is loses a count to the one for those beyond the limit.
class KeysBeyondLimit {
 public:
  /// Whether the key was put when the table had that number of changes.
  [[nodiscard]] bool have(std::uint64_t hash, std::uint64_t changes) const noexcept {
    bool found = false;
    for (const auto& slot : sets_[hash % kSets]) found |= slot.load(std::memory_order_relaxed) == mark(hash, changes);
    return found;
  }
  /// In the place of the one of its set that was put first.
  void put(std::uint64_t hash, std::uint64_t changes) noexcept {
    Set& set = sets_[hash % kSets];
    for (std::size_t i = kWays - 1; i > 0; --i)
      set[i].store(set[i - 1].load(std::memory_order_relaxed), std::memory_order_relaxed);
    set[0].store(mark(hash, changes), std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kSets = 256;
  static constexpr std::size_t kWays = 4;
  using Set = std::array<std::atomic<std::uint64_t>, kWays>;

  // One word says all, and of a state of the table that never comes again. 0, an empty slot, means a key as any other.
  static std::uint64_t mark(std::uint64_t hash, std::uint64_t changes) noexcept {
    return hash ^ changes * 0x9E3779B97F4A7C15;
  }

  // Relaxed: no slot depends on another. Threads that put at once may lose a key, or keep it twice.
  std::array<Set, kSets> sets_{};
};

}  // namespace vitals::detail
