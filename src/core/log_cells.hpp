#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <vitals/detail/bucket_index.hpp>

#include "core/cells.hpp"
#include "core/log_index.hpp"
#include "core/page_arena.hpp"

namespace vitals::detail {

/// What the log cells of a family have in common.
struct LogRules {
  std::int32_t schema;         ///< at first; it only falls
  double zero_threshold;       ///< what lies within is one bucket
  std::size_t buckets;         ///< how many, but for that one, may be used before the schema must fall
  const BucketIndex* classic;  ///< or nullptr: each cell also lies in one bucket of these
  std::size_t slices;          ///< baselines that are kept beside the cells
  std::uint32_t capacity;      ///< at first, a power of two
  PageArena* memory;
};

// A cell is known by its tag: from the most significant bit on, its index at the layout's schema, the sign, and its
// classic bucket. Zero: no cell.
inline constexpr unsigned kClassicBits = 11;
inline constexpr std::size_t kMaxClassicBuckets = std::size_t{1} << kClassicBits;
inline constexpr std::int32_t kKeyBias = 1 << 19;         // so that no index is negative
inline constexpr std::uint32_t kZeroBucket = 1;           // where an index and a sign would be
inline constexpr std::uint32_t kMostLogBuckets = 2 * 133;  // that there are, of both signs, at the coarsest schema

struct LogTag {
  std::uint32_t bits;

  [[nodiscard]] std::uint32_t bucket() const noexcept { return bits >> kClassicBits; }
  [[nodiscard]] std::uint32_t classic() const noexcept { return bits & (kMaxClassicBuckets - 1); }
  [[nodiscard]] bool is_zero() const noexcept { return bucket() == kZeroBucket; }
  [[nodiscard]] bool is_negative() const noexcept { return (bucket() & 1) != 0; }
  [[nodiscard]] std::int32_t key() const noexcept { return static_cast<std::int32_t>(bucket() >> 1) - kKeyBias; }

  static LogTag of(std::int32_t key, bool negative, std::uint32_t classic) noexcept {
    return {(static_cast<std::uint32_t>(key + kKeyBias) << 1 | negative) << kClassicBits | classic};
  }
  [[nodiscard]] LogTag coarser(std::uint32_t steps) const noexcept {
    return is_zero() ? *this : of(detail::coarser(key(), steps), is_negative(), classic());
  }
  /// Where to look for it first. Ascends with the value for each sign, so cells of values that lie together don't meet.
  [[nodiscard]] std::uint32_t home() const noexcept {
    return (static_cast<std::uint32_t>(key()) ^ (0U - static_cast<std::uint32_t>(is_negative()))) + classic();
  }
};

// A hash table of cells, and what is needed to find a value's. Immutable but for cells and tags; a tag is set once.
// All zero is a valid state, as in an instrument. The cells follow: a pair each, then the tags, then the baselines.
struct alignas(16) LogLayout {
  CellHead head;
  const BucketIndex* classic;
  double zero_threshold;
  LogLayout* older;  // the one that this one replaced: its cells count as well
  std::uint32_t mask;  // capacity - 1
  std::uint32_t steps;  // from the finest schema
  std::uint32_t limit;  // of tags: beyond it the layout is replaced. 0: the layout is one of a removed series
  std::atomic<std::uint32_t> claimed;  // relaxed; at most mask, so that a search ends

  [[nodiscard]] std::int32_t schema() const noexcept { return kFinestSchema - static_cast<std::int32_t>(steps); }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return mask + 1; }
  [[nodiscard]] std::size_t cell_bytes() const noexcept { return std::size_t{capacity()} * sizeof(PairCell); }
  [[nodiscard]] PairCell* cells() const noexcept {
    return reinterpret_cast<PairCell*>(const_cast<LogLayout*>(this) + 1);
  }
  /// Relaxed: cells are zero from the start, so a tag publishes nothing.
  [[nodiscard]] std::atomic<std::uint32_t>* tags() const noexcept {
    return reinterpret_cast<std::atomic<std::uint32_t>*>(cells() + capacity());
  }
  /// What the cells held when a slice of time began. Relaxed: Summary knows when they are complete.
  [[nodiscard]] std::atomic<std::uint64_t>* baseline(std::size_t slice) const noexcept {
    return reinterpret_cast<std::atomic<std::uint64_t>*>(tags() + capacity()) + slice * capacity();
  }

  [[nodiscard]] LogTag tag_of(double v) const noexcept {
    const std::uint32_t bucket = (static_cast<std::uint32_t>(coarser(log_key(v), steps) + kKeyBias) << 1) |
                                 static_cast<std::uint32_t>(std::signbit(v));
    const std::uint32_t found = std::abs(v) <= zero_threshold ? kZeroBucket : bucket;
    const BucketIndex* index = classic;
    return {found << kClassicBits | (index == nullptr ? 0 : static_cast<std::uint32_t>((*index)(v)))};
  }
  /// The slot of that tag, or capacity().
  [[nodiscard]] std::uint32_t find(LogTag tag) const noexcept;
  /// The same; gives the tag a slot if it has none. Capacity() if none is left.
  [[nodiscard]] std::uint32_t claim(LogTag tag) noexcept;

  static std::size_t bytes(std::size_t capacity, std::size_t slices) noexcept {
    return sizeof(LogLayout) + capacity * (sizeof(PairCell) + sizeof(std::uint32_t) + slices * sizeof(std::uint64_t));
  }
};
static_assert(sizeof(LogLayout) == 64);

// Counts observations, each with its value, by their place on a logarithmic scale. Follows its instrument in memory and
// has its first layout behind it. docs/concurrency.md has the proof.
class LogCells {
 public:
  /// REQUIRES: zeroed memory of bytes(). Alone: spread from birth.
  LogCells(const LogRules& rules, bool alone) noexcept;
  static std::size_t bytes(const LogRules& rules) noexcept {
    return sizeof(LogCells) + LogLayout::bytes(rules.capacity, rules.slices);
  }

  /// REQUIRES: v is not NaN.
  void observe(double v) noexcept {
    LogLayout* layout = newest_.load(std::memory_order_acquire);
    if (layout == nullptr) [[unlikely]]
      return;  // of a removed series
    const LogTag tag = layout->tag_of(v);
    std::uint32_t slot = tag.home() & layout->mask;
    if (layout->tags()[slot].load(std::memory_order_relaxed) != tag.bits) [[unlikely]] {
      slot = layout->find(tag);
      if (slot > layout->mask) [[unlikely]]
        return observe_new(v);
    }
    if (!add_pair(layout->head, slot * sizeof(PairCell), v)) [[unlikely]]
      add_slow(*layout, slot, v);
  }

  /// The end of its series: what is recorded from now on counts for nobody.
  void retire() noexcept;
  /// A scrape has seen it.
  void cool() noexcept;

  /// The newest layout, whose schema is the coarsest; nullptr if the series was removed.
  [[nodiscard]] LogLayout* newest() const noexcept { return newest_.load(std::memory_order_acquire); }
  /// Calls visit(layout, slot, tag) for each cell of that layout and of all older ones.
  template <class Layout, class Visit>
  static void for_each(Layout* newest, Visit visit) {
    for (Layout* layout = newest; layout != nullptr; layout = layout->older) {
      for (std::uint32_t slot = 0; slot <= layout->mask; ++slot) {
        const LogTag tag{layout->tags()[slot].load(std::memory_order_relaxed)};
        if (tag.bits != 0) visit(*layout, slot, tag);
      }
    }
  }
  [[nodiscard]] static PairCell pair(const LogLayout& layout, std::uint32_t slot) noexcept {
    return sum_pair(layout.head, slot * sizeof(PairCell), layout.cells()[slot]);
  }
  /// Observations that found neither a cell nor memory for one.
  [[nodiscard]] PairCell unplaced() const noexcept { return sum_pair(no_stripes_, 0, unplaced_); }
  /// For the tests: layouts, and the bytes of all but the first.
  struct Memory {
    std::size_t layouts;
    std::size_t bytes;
  };
  [[nodiscard]] Memory memory() const noexcept;

 private:
  void observe_new(double v) noexcept;
  static void add_slow(LogLayout& layout, std::uint32_t slot, double v) noexcept;
  LogLayout* grow(LogLayout& full) noexcept;

  const LogRules* rules_;
  // Release when a layout is published, so that it is seen complete; changed by compare-and-swap, so that none is lost.
  std::atomic<LogLayout*> newest_;
  CellHead no_stripes_;
  PairCell unplaced_;
};
static_assert(sizeof(LogCells) == 48);

}  // namespace vitals::detail
