#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

class ExemplarPool;

/// The latest exemplar of a counter or bucket. All zero: none. Whoever sets `locked` has the rest; recorders only try,
/// and skip the exemplar if another has it.
struct ExemplarSlot {
  static constexpr std::size_t kInline = 88;  // enough for a trace_id and a span_id

  std::atomic<bool> locked;          // acquire, release
  std::atomic<bool> filled;          // written under the lock; a relaxed hint for readers
  std::uint16_t bytes;               // of the text
  std::atomic<std::int64_t> due;     // steady time before which no automatic one is taken; relaxed, a hint
  std::atomic<double> value;         // relaxed: written under the lock, read by place_for() without it
  std::atomic<UnixNanos> timestamp;  // as value
  char* more;                        // for a text that is longer; kept from then on
  char text[kInline];
};
static_assert(sizeof(ExemplarSlot) == 128);

/// Instead of a slot's number: all slots of the instrument are for whatever values it has. For histograms that have no
/// buckets but native ones.
inline constexpr std::size_t kSlotByValue = ~std::size_t{0};
inline constexpr std::size_t kSlotsByValue = 10;

/// The slots of one instrument; they follow in memory. A block stays one for as long as its family lives, so a thread
/// that recorded into a removed series may still look at it: it finds another owner, under the slot's lock.
struct alignas(64) ExemplarSlots {
  ExemplarPool* pool;  // never changes
  // The instrument's pointer to this; null: free. Sequentially consistent, see ExemplarPool::release().
  std::atomic<const void*> owner{};
  ExemplarSlots* next = nullptr;  // of those that are free

  [[nodiscard]] ExemplarSlot* begin() noexcept { return reinterpret_cast<ExemplarSlot*>(this + 1); }

  /// Which of the first n slots an exemplar of that value takes: a free one; else that of the oldest, if it is older
  /// than five minutes; else so that the values lie far apart: of those two that are nearest on a logarithmic scale,
  /// the new one included, the older goes.
  [[nodiscard]] std::size_t place_for(std::size_t n, double value, UnixNanos now) noexcept;
};

/// An instrument's pointer to its slots: null once its series is removed, ExemplarPool::none() before its first
/// exemplar. Release when set, acquire when read.
using ExemplarHolder = std::atomic<ExemplarSlots*>;

}  // namespace vitals::detail
