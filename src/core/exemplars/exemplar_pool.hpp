#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>

#include "core/series/environment.hpp"

namespace vitals::detail {

class ExemplarPool;

// The latest exemplar of a counter or bucket. All zero: none. Whoever sets `locked` has the rest; recorders only try,
// and skip the exemplar if another has it.
struct ExemplarSlot {
  static constexpr std::size_t kInline = 88;  // enough for a trace_id and a span_id

  std::atomic<bool> locked;       // acquire, release
  std::atomic<bool> filled;       // written by who has the lock; relaxed hint for readers
  std::uint16_t bytes;            // of the text
  std::atomic<std::int64_t> due;  // steady time before which no automatic one is taken; relaxed, a hint
  std::atomic<double> value;      // this and the next: relaxed, written under the lock, and read without by place_of()
  std::atomic<UnixNanos> timestamp;
  char* more;  // for a text that needs it; kept from then on
  char text[kInline];
};
static_assert(sizeof(ExemplarSlot) == 128);

// The slots of one instrument; they follow in memory. A block stays one for as long as its family lives, so that one
// who recorded into a removed series may look at it still: it finds another owner, under the slot's lock.
struct alignas(64) ExemplarSlots {
  ExemplarPool* pool;  // never changes
  std::atomic<const void*>
      owner{};  // the instrument's pointer to this; null: free. Sequentially consistent, see release()
  ExemplarSlots* next = nullptr;  // of those that are free

  [[nodiscard]] ExemplarSlot* begin() noexcept { return reinterpret_cast<ExemplarSlot*>(this + 1); }
};

/// Instead of a slot: those of the instrument are for whatever values it has. For histograms whose only buckets are
/// native.
inline constexpr std::size_t kSlotByValue = ~std::size_t{0};
inline constexpr std::size_t kSlotsByValue = 10;

/// Which of `n` slots an exemplar of that value takes: a free one; else that of the oldest, if it is older than five
/// minutes; else so that the values lie far apart: of those two that are nearest on a logarithmic scale, the new one
/// included, the older goes.
[[nodiscard]] std::size_t place_of(ExemplarSlots& slots, std::size_t n, double value, UnixNanos now) noexcept;

/// What an instrument points to its slots with: null once its series is removed, ExemplarPool::none() before its first
/// exemplar. Release when set, acquire when read.
using ExemplarHolder = std::atomic<ExemplarSlots*>;

// The exemplars of a family's instruments. Recording takes memory by mmap alone and waits for no lock, since a signal
// handler may be what records.
class ExemplarPool {
 public:
  /// So many slots for each instrument.
  ExemplarPool(std::size_t slots, Environment& environment) noexcept : slots_{slots}, environment_{environment} {}
  ~ExemplarPool();
  ExemplarPool(const ExemplarPool&) = delete;
  ExemplarPool& operator=(const ExemplarPool&) = delete;

  [[nodiscard]] ExemplarSlots* none() noexcept { return &none_; }
  /// Gives the holder slots, unless another thread is in the pool. Null: there are none now.
  ExemplarSlots* take(ExemplarHolder& holder) noexcept;
  /// The instrument's end.
  void release(ExemplarHolder& holder) noexcept;

  /// Keeps an exemplar, or counts why not. `automatic`: unless there was one less than an interval ago (in that slot,
  /// or by value: in any).
  void record(ExemplarHolder& holder, std::size_t slot, double value, ExemplarLabels labels, bool automatic) noexcept;
  /// The same with the labels of the trace that this thread works for, if it is in one, and an exemplar is due.
  void offer(ExemplarHolder& holder, std::size_t slot, double value) noexcept;

  /// Whether there ever was one.
  [[nodiscard]] bool is_used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// Replaces the content of `out`.
  void read(const ExemplarHolder& holder, std::vector<Exemplar>& out);

 private:
  struct Chunk {
    Chunk* next;
    std::size_t bytes;
  };

  bool write(ExemplarSlot& slot, double value, std::string_view text) noexcept;
  char* take_text() noexcept;
  std::byte* carve(std::size_t bytes) noexcept;
  void give_back(ExemplarSlot& slot) noexcept;

  const std::size_t slots_;
  Environment& environment_;
  ExemplarSlots none_{this};
  std::atomic<bool> used_{false};  // relaxed: only how a scrape writes the family hangs on it

  std::mutex mutex_;  // of what follows; recorders only try
  ExemplarSlots* free_ = nullptr;
  char* free_texts_ = nullptr;  // each begins with the address of the next
  Chunk* chunks_ = nullptr;
  std::byte* at_ = nullptr;  // what is left of the first
  std::size_t left_ = 0;
  std::size_t next_chunk_ = 4096;
};

/// record() and offer() of the pool that the holder's instrument belongs to; nothing if its series is removed.
void record_exemplar(ExemplarHolder& holder, std::size_t slot, double value, ExemplarLabels labels) noexcept;
void offer_exemplar(ExemplarHolder& holder, std::size_t slot, double value) noexcept;

}  // namespace vitals::detail
