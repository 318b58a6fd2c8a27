#pragma once

#include <atomic>
#include <cstdint>

namespace vitals::detail {

/// Tells when nobody can see any more what was taken away, so that its memory may serve something else: readers enter
/// and leave, and a moment has passed once all who had entered by then have left. Thread-safe, no locks: nobody waits
/// for a reader, and a reader for nobody. Readers that a forked child has not got any more don't count in it.
///
/// There are two counts of readers, for moments that are even and odd. The current moment ends only if nobody is left
/// of the one before, so a moment n that is two back has no readers: they left before n + 1 could end. (Epoch-based
/// reclamation, K. Fraser, Practical lock-freedom, 2004, 5.2.3.)
class Epochs {
 public:
  class [[nodiscard("it is in until its end")]] Reader {
   public:
    explicit Reader(Epochs & epochs) noexcept;
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

   private:
    std::atomic<std::uint64_t>* readers_;
    std::uint64_t process_;
  };

  /// The moment at which all is gone that the caller took away before. A reader who enters later sees it gone.
  [[nodiscard]] std::uint64_t now() noexcept { return current_.fetch_add(0, std::memory_order_acq_rel); }
  /// Whether all readers that had entered by that moment have left. What they did is seen then.
  [[nodiscard]] bool has_passed(std::uint64_t moment) noexcept;

 private:
  // Sequentially consistent, as the readers' counts: who enters counts itself and then looks whether the moment is
  // still the same; who ends the next moment changes it and then looks at the count. One of the two sees the other.
  alignas(64) std::atomic<std::uint64_t> current_{2};
  // The number in the low half; in the high half the process that counts.
  std::atomic<std::uint64_t> readers_[2]{};
};

}  // namespace vitals::detail
