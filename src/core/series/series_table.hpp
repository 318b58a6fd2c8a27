#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/series/series.hpp"

namespace vitals::detail {

/// From keys to series: open addressing, at most three quarters full, read without a lock, written under the family's.
/// A slot is one word: the pointer, and 16 bits of the hash that save most comparisons with others.
/// When it gets full, a table of twice the size takes its place, into which each later change moves a few series, so
/// that none takes long; until all are there, readers look into both.
/// A reader may miss a series that is being inserted or moved; it then asks has_lacked(), or again under the lock. It
/// never gets a wrong one, since keys are compared in full.
class SeriesTable {
 public:
  /// Nobody may know the seed, so that nobody can choose values that fall into one slot. Tests make keys collide by
  /// leaving few bits of their hashes.
  explicit SeriesTable(std::uint64_t seed, std::uint64_t hash_bits = ~std::uint64_t{0});
  ~SeriesTable();
  SeriesTable(const SeriesTable&) = delete;
  SeriesTable& operator=(const SeriesTable&) = delete;

  /// A search for a key, which begins when this is made.
  struct Search {
    KeyWords key;
    std::uint64_t hash;
    std::uint64_t changes;  // of the table, before it; odd if one was under way
  };
  [[nodiscard]] Search search(KeyWords key) const noexcept { return {key, hash(key), changes()}; }
  [[nodiscard]] std::uint64_t hash(KeyWords key) const noexcept { return hash_key(key, seed_) & hash_bits_; }
  [[nodiscard]] std::uint64_t changes() const noexcept { return changes_.load(std::memory_order_acquire); }

  /// The instrument of the key, or null.
  [[nodiscard]] void* find(const Search& search) const noexcept {
    void* found = find_at_once(search.key, search.hash);
    return found != nullptr ? found : find_in_smaller(search);
  }
  /// Its two parts: what finds most of the keys, and what finds the rest.
  [[nodiscard]] void* find_at_once(KeyWords key, std::uint64_t hash) const noexcept {
    return find_in(*current_.load(std::memory_order_acquire), key, hash);
  }
  [[nodiscard]] void* find_in_smaller(const Search& search) const noexcept {
    const Slots* smaller = smaller_.load(std::memory_order_acquire);
    return smaller == nullptr ? nullptr : find_in_other(*smaller, search);
  }
  [[nodiscard]] void* find(KeyWords key) const noexcept { return find(search(key)); }
  /// Whether the table has not changed since the search began, so that what it didn't find was not there. False if that
  /// can't be told, because the table is changing.
  [[nodiscard]] bool has_lacked(const Search& missed) const noexcept {
    return (missed.changes & 1) == 0 && changes_.load(std::memory_order_relaxed) == missed.changes;
  }

  // The rest needs the family's lock.

  /// The series of the key, or null.
  [[nodiscard]] Series* find_series(KeyWords key) const noexcept;
  /// Throws std::bad_alloc, and then has changed nothing. REQUIRES: the table has no series with that key.
  void insert(Series& series);
  /// REQUIRES: the table has it.
  void erase(Series& series) noexcept;

 private:
  static constexpr int kPointerBits = 48;

  // All zero once the table was replaced by a larger one: readers who are still in it find it empty, and ask again.
  struct Slots {
    std::atomic<std::size_t> mask;
    std::size_t bytes;

    [[nodiscard]] std::atomic<std::uint64_t>* begin() noexcept {
      return reinterpret_cast<std::atomic<std::uint64_t>*>(this + 1);
    }
    [[nodiscard]] const std::atomic<std::uint64_t>* begin() const noexcept { return const_cast<Slots*>(this)->begin(); }
  };

  [[nodiscard]] static void* find_in(const Slots& table, KeyWords key, std::uint64_t hash) noexcept {
    const std::size_t mask = table.mask.load(std::memory_order_relaxed);
    // Bounded, because slots that move while they are read could keep an unlucky reader from ever meeting a free one.
    for (std::size_t i = hash & mask, n = 0; n <= mask; i = (i + 1) & mask, ++n) {
      const std::uint64_t slot = table.begin()[i].load(std::memory_order_acquire);
      if (slot == 0) return nullptr;
      if ((slot ^ hash) >> kPointerBits != 0) continue;
      if (void* found = series_of(slot)->match(key)) return found;
    }
    return nullptr;
  }
  static void* find_in_other(const Slots& table, const Search& search) noexcept;
  static Series* series_of(std::uint64_t slot) noexcept {
    return reinterpret_cast<Series*>(slot & ((std::uint64_t{1} << kPointerBits) - 1));
  }
  [[nodiscard]] std::uint64_t hash_of(const Series& series) const noexcept;
  static Slots* make(std::size_t slots);
  static void put(Slots& table, Series& series, std::uint64_t hash) noexcept;
  template <class IsIt>
  static std::atomic<std::uint64_t>* slot_in(Slots& table, std::uint64_t hash, IsIt is_it) noexcept;
  void grow();
  void move_some() noexcept;

  // While the table changes its number of changes is odd.
  class Changing {
   public:
    explicit Changing(std::atomic<std::uint64_t>& changes) noexcept
        : changes_{changes}, odd_{changes.load(std::memory_order_relaxed) + 1} {
      changes_.store(odd_, std::memory_order_relaxed);
    }
    ~Changing() { changes_.store(odd_ + 1, std::memory_order_release); }
    Changing(const Changing&) = delete;
    Changing& operator=(const Changing&) = delete;

   private:
    std::atomic<std::uint64_t>& changes_;
    const std::uint64_t odd_;
  };

  const std::uint64_t seed_;
  const std::uint64_t hash_bits_;
  // Release after filling, acquire by readers.
  std::atomic<Slots*> current_;
  // The one before it, as long as not all of its series are in the current one, else null. Release before current_ is
  // set, acquire when read: who misses a series in the new table finds it in this one, where those that were moved
  // stay.
  std::atomic<Slots*> smaller_{nullptr};
  std::size_t moved_ = 0;  // slots of it that are done
  std::size_t size_ = 0;
  struct Retired {
    Slots* slots;
    std::size_t bytes;
  };
  std::vector<Retired> retired_;  // address space alone
  // A seqlock, as the version of a series: the slots are written with release and read with acquire, so a look-up that
  // saw any of a change sees that this number is another one.
  std::atomic<std::uint64_t> changes_{0};
};

}  // namespace vitals::detail
