#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>

#include "core/exemplars/exemplar_slots.hpp"
#include "core/series/environment.hpp"
#include "core/system/page_arena.hpp"

namespace vitals::detail {

/// The exemplars of a family's instruments. Recording takes memory by mmap alone and waits for no lock, since a signal
/// handler may be what records.
class ExemplarPool {
 public:
  /// Each instrument gets `slots` of them.
  ExemplarPool(std::size_t slots, Environment& environment) noexcept : slots_{slots}, environment_{environment} {}
  ExemplarPool(const ExemplarPool&) = delete;
  ExemplarPool& operator=(const ExemplarPool&) = delete;

  [[nodiscard]] ExemplarSlots* none() noexcept { return &none_; }
  /// Gives the holder slots. Null if another thread is in the pool, or there is no memory.
  ExemplarSlots* take(ExemplarHolder& holder) noexcept;
  /// To be called at the instrument's end: takes the slots from it.
  void release(ExemplarHolder& holder) noexcept;

  /// Keeps an exemplar, or counts why not. An automatic one is left out if there was one less than an interval ago, in
  /// that slot or, by value, in any.
  void record(ExemplarHolder& holder, std::size_t slot, double value, ExemplarLabels labels, bool automatic) noexcept;
  /// The same with the labels of the trace that this thread works for, if it is in one, and an exemplar is due.
  void offer(ExemplarHolder& holder, std::size_t slot, double value) noexcept;

  /// Whether there ever was one.
  [[nodiscard]] bool is_used() const noexcept { return used_.load(std::memory_order_relaxed); }
  /// Replaces the content of `out`.
  void read(const ExemplarHolder& holder, std::vector<Exemplar>& out);

 private:
  bool write(ExemplarSlot& slot, double value, std::string_view text) noexcept;
  char* take_text() noexcept;
  void give_back(ExemplarSlot& slot) noexcept;

  const std::size_t slots_;
  Environment& environment_;
  ExemplarSlots none_{this};
  std::atomic<bool> used_{false};  // relaxed: it only decides how a scrape writes the family

  PageArena memory_;
  std::mutex mutex_;  // of what follows; recorders only try
  ExemplarSlots* free_ = nullptr;
  char* free_texts_ = nullptr;  // each begins with the address of the next
};

/// record() and offer() of the pool that the holder's instrument belongs to; nothing if its series is removed.
void record_exemplar(ExemplarHolder& holder, std::size_t slot, double value, ExemplarLabels labels) noexcept;
void offer_exemplar(ExemplarHolder& holder, std::size_t slot, double value) noexcept;

}  // namespace vitals::detail
