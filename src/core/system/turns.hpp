#pragma once

#include <atomic>
#include <cstdint>

namespace vitals::detail {

/// For work that threads ask for at the same time, and that only one may do at a time: who asks while another thread is
/// at it leaves it to that one, which does it once more. So nobody waits, the work sees the newest state in the end,
/// and it may itself ask for more. Thread-safe, no locks.
class Turns {
 public:
  /// The work must look at the state anew each time, and not throw. What happened before a call of run() is seen by the
  /// work that it asks for, and so is what the work did before. A run in a process that was forked from the current
  /// one, which has another `generation`, waits for nothing that the parent's threads were at.
  template <class Work>
  void run(const Work& work, std::uint64_t generation = 0) noexcept {
    const std::uint64_t own = generation << kAskedBits;
    std::uint64_t seen = asked_.load(std::memory_order_relaxed);
    std::uint64_t next = 0;
    bool busy = false;
    do {
      busy = (seen & kAskedMask) != 0 && (seen & ~kAskedMask) == own;
      next = busy ? seen + 1 : own + 1;
    } while (!asked_.compare_exchange_weak(seen, next, std::memory_order_acq_rel));
    if (busy) return;
    do {
      seen = next;
      work();
      next = seen;
    } while (!asked_.compare_exchange_strong(next, own, std::memory_order_acq_rel));
  }

 private:
  static constexpr unsigned kAskedBits = 32;
  static constexpr std::uint64_t kAskedMask = (std::uint64_t{1} << kAskedBits) - 1;

  // Low: how often it was asked for since the work began; 0 if nobody is at it. High: in which generation.
  std::atomic<std::uint64_t> asked_{0};
};

}  // namespace vitals::detail
