#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <vitals/detail/bucket_index.hpp>

#include "core/cells/cells.hpp"
#include "core/cells/log_index.hpp"
#include "core/system/page_arena.hpp"

namespace vitals::detail {

/// What the log cells of a family have in common.
struct LogRules {
  std::int32_t schema;         ///< at first; it only falls
  double zero_threshold;       ///< what lies within is one bucket
  std::size_t buckets;         ///< how many others may be used before the schema must fall
  const BucketIndex* classic;  ///< or nullptr: each cell also lies in one bucket of these
  std::size_t slices;          ///< baselines that are kept beside the cells
  std::uint32_t capacity;      ///< at first, a power of two
  PageArena* memory;
};

/// A cell is known by its tag. From the least significant bit on: its classic bucket, the sign, and the index at the
/// schema of its layout, plus a bias so that none is negative; with all bits inverted for negative values, so that they
/// ascend with the value. 0: no cell.
inline constexpr unsigned kClassicBits = 11;
inline constexpr std::size_t kMaxClassicBuckets = std::size_t{1} << kClassicBits;
inline constexpr unsigned kKeyShift = kClassicBits + 1;
inline constexpr std::int32_t kKeyBias = 1 << 19;              // at the finest schema
inline constexpr std::uint32_t kZeroBucket = 1U << kKeyShift;  // less than any other, whatever the schema
inline constexpr std::uint32_t kMostLogBuckets = 2 * 133;      // that there are, of both signs, at the coarsest schema

struct LogTag {
  std::uint32_t bits;

  [[nodiscard]] std::uint32_t classic() const noexcept { return bits & (kMaxClassicBuckets - 1); }
  [[nodiscard]] bool is_zero() const noexcept { return (bits & ~(kMaxClassicBuckets - 1)) == kZeroBucket; }
  [[nodiscard]] bool is_negative() const noexcept { return (bits >> kClassicBits & 1) != 0; }
  /// `steps` are those of its layout.
  [[nodiscard]] std::int32_t key(std::uint32_t steps) const noexcept {
    return static_cast<std::int32_t>((is_negative() ? ~bits : bits) >> kKeyShift) - (kKeyBias >> steps);
  }
  /// In a layout that is coarser by `more`.
  [[nodiscard]] LogTag coarser(std::uint32_t steps, std::uint32_t more) const noexcept {
    if (is_zero()) return *this;
    const std::int32_t biased = detail::coarser(key(steps), more) + (kKeyBias >> (steps + more));
    return of(static_cast<std::uint32_t>(biased), is_negative(), classic());
  }
  static LogTag of(std::uint32_t biased, bool negative, std::uint32_t classic) noexcept {
    const std::uint32_t sign = negative;
    return {(biased ^ (0U - sign)) << kKeyShift | sign << kClassicBits | classic};
  }
  /// Where to look for it first, modulo the capacity. Ascends with the value for each sign, each bucket one more, so
  /// cells of values that lie together don't meet.
  [[nodiscard]] std::uint32_t home() const noexcept { return (bits >> kKeyShift) + bits; }
};

/// A hash table of cells, and what is needed to find the cell of a value. Only cells and tags change, a tag once.
/// The tags follow it, then the cells, a pair each, then the baselines. Its memory may turn into zeros, in part or as a
/// whole, while a recorder of a removed series is at it: whatever it reads then leads to places inside that memory.
struct alignas(16) LogLayout {
  CellHead head;
  const BucketIndex* classic;
  std::uint64_t zero_threshold;  // its bits
  LogLayout* older;              // the one that this one replaced: its cells count as well
  std::uint32_t mask;            // capacity - 1
  std::uint32_t steps;           // from the finest schema
  std::int32_t offset;           // what, added to a position before its division by 2^steps, rounds it up and biases it
  std::uint32_t limit;           // of tags: beyond it the layout is replaced. 0: the layout is one of a removed series
  std::atomic<std::uint32_t> claimed;  // relaxed; at most mask, so that a search ends
  std::uint32_t common;                // bits 32 to 62 of the least value that is not rare

  [[nodiscard]] std::int32_t schema() const noexcept { return kFinestSchema - static_cast<std::int32_t>(steps); }
  [[nodiscard]] std::uint32_t capacity() const noexcept { return mask + 1; }
  [[nodiscard]] std::size_t cell_bytes() const noexcept { return std::size_t{capacity()} * sizeof(PairCell); }
  /// Relaxed: cells are zero from the start, so a tag publishes nothing.
  [[nodiscard]] std::atomic<std::uint32_t>* tags() const noexcept {
    return reinterpret_cast<std::atomic<std::uint32_t>*>(const_cast<LogLayout*>(this) + 1);
  }
  [[nodiscard]] PairCell* cells() const noexcept {
    return reinterpret_cast<PairCell*>(tags() + (std::size_t{mask} / 4 + 1) * 4);  // aligned whatever mask reads as
  }
  /// What the cells held when a slice of time began. Release / acquire: see SummaryCells.
  [[nodiscard]] std::atomic<std::uint64_t>* baseline(std::size_t slice) const noexcept {
    return reinterpret_cast<std::atomic<std::uint64_t>*>(cells() + capacity()) + slice * capacity();
  }

  /// Without its classic bucket. No branch depends on the value.
  [[nodiscard]] LogTag tag_at(std::int32_t position, double v) const noexcept {
    const auto sign = static_cast<std::uint32_t>(std::bit_cast<std::int64_t>(v) >> 63);  // all its bits
    const auto biased = static_cast<std::uint32_t>((position + offset) >> steps);
    std::uint32_t other = (biased ^ sign) << kKeyShift | (sign & (1U << kClassicBits));
    asm("" : "+r"(other));  // known by now: a conditional move, where the compiler would rather have a branch
    return {magnitude(v) <= zero_threshold ? kZeroBucket : other};
  }
  [[nodiscard]] LogTag tag_of(double v) const noexcept {
    const LogTag tag = tag_at(position(magnitude(v)), v);
    const BucketIndex* index = classic;
    return {index == nullptr ? tag.bits : tag.bits | static_cast<std::uint32_t>((*index)(v))};
  }
  /// Whether the position of such a value may take longer to find: infinity, and subnormal values, and 0 with them, if
  /// the bucket of zero leaves these out. From 2^1023 on others too, so that it is one comparison.
  [[nodiscard]] bool is_rare(double v) const noexcept {
    return static_cast<std::uint32_t>(magnitude(v) >> 32) - common >= 0x7FE0'0000;
  }
  /// The slot of that tag, or capacity() if it has none.
  [[nodiscard]] std::uint32_t find(LogTag tag) const noexcept;
  /// The slot of that tag, which is given one if it has none; capacity() if there is none left.
  [[nodiscard]] std::uint32_t claim(LogTag tag) noexcept;

  static std::size_t bytes(std::size_t capacity, std::size_t slices) noexcept {
    return sizeof(LogLayout) + capacity * (sizeof(PairCell) + sizeof(std::uint32_t) + slices * sizeof(std::uint64_t));
  }
};
static_assert(sizeof(LogLayout) == 64);

/// Counts observations, each with its value, by their place on a logarithmic scale. Follows its instrument in memory
/// and has its first layout behind it. docs/concurrency.md has the proof.
class LogCells {
 public:
  /// An instrument that is alone is spread from birth. REQUIRES: zeroed memory of bytes().
  LogCells(const LogRules& rules, bool alone) noexcept;
  static std::size_t bytes(const LogRules& rules) noexcept {
    return sizeof(LogCells) + LogLayout::bytes(rules.capacity, rules.slices);
  }

  /// REQUIRES: v is not NaN.
  void observe(double v) noexcept {
    LogLayout* layout = newest();
    if (layout == nullptr) [[unlikely]]
      return;  // of a removed series
    if (layout->is_rare(v)) [[unlikely]]
      return observe_rare(*layout, v);
    const LogTag tag = layout->tag_at(normal_position(magnitude(v)), v);
    if (const BucketIndex* index = layout->classic) return observe_in_both(*layout, tag, *index, v);
    place(*layout, tag, v);
  }

  /// n observations of v, by a locked instruction. REQUIRES: v is not NaN, n not 0.
  void observe(double v, std::uint64_t n) noexcept;

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
  /// All observations, with those that are unplaced.
  [[nodiscard]] std::uint64_t count() const noexcept;

 private:
  void place(LogLayout& layout, LogTag tag, double v) noexcept {
    const std::uint32_t slot = tag.home() & layout.mask;
    if (layout.tags()[slot].load(std::memory_order_relaxed) != tag.bits) [[unlikely]]
      return observe_elsewhere(layout, tag, v);
    if (!add_pair(layout.head, slot * sizeof(PairCell), v)) [[unlikely]]
      add_slow(layout, slot, v);
  }
  // Not inlined, so that observe() saves no registers for them.
  [[gnu::noinline]] void observe_in_both(LogLayout& layout, LogTag tag, const BucketIndex& index, double v) noexcept;
  [[gnu::noinline]] void observe_rare(LogLayout& layout, double v) noexcept;
  [[gnu::noinline]] void observe_elsewhere(LogLayout& layout, LogTag tag, double v) noexcept;
  [[gnu::noinline]] void observe_new(double v, PairCell pair) noexcept;
  [[gnu::noinline]] static void add_slow(LogLayout& layout, std::uint32_t slot, double v) noexcept;
  LogLayout* grow(LogLayout& full) noexcept;

  const LogRules* rules_;
  // Release when a layout is published, so that it is seen complete; changed by compare-and-swap, so that none is lost.
  std::atomic<LogLayout*> newest_;
  CellHead no_stripes_;
  PairCell unplaced_;
};
static_assert(sizeof(LogCells) == 48);

}  // namespace vitals::detail
