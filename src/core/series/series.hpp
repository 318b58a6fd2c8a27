#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <vitals/snapshot.hpp>

#include "core/series/label_key.hpp"

namespace vitals::detail {

/// What a series is known by: its key and the text of its labels, which follow in memory. Made in the SeriesArena of
/// its family, whose memory holds nothing else, so that a look-up may read one that is being removed or made anew, and
/// notices it: it reads `version`, then the rest, then `version` again (a seqlock). What look-ups read is atomic,
/// release when written and acquire when read: a look-up that sees any of a new key sees the version that came before
/// it.
struct Series {
  std::atomic<std::uint32_t> version{0};  // odd: not a series now
  std::atomic<std::uint32_t> key_words{0};
  std::atomic<void*> instrument{nullptr};
  // In the order of their making. Release, so that a walk which meets a series sees all of it; acquire when read.
  std::atomic<Series*> next{nullptr};
  Series* previous = nullptr;  // under the family's lock
  // From here on, and the text: they never change as long as a walk can meet the series.
  UnixNanos created = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t block_bytes = 0;  // of all this

  /// The bytes that a series takes.
  static std::size_t size(KeyWords key, std::size_t text_bytes) noexcept {
    return sizeof(Series) + key.size_bytes() + text_bytes;
  }

  /// The instrument, if this is the series of that key now.
  [[nodiscard]] void* match(KeyWords wanted) const noexcept {
    const std::uint32_t before = version.load(std::memory_order_acquire);
    if (key_words.load(std::memory_order_acquire) != wanted.size()) return nullptr;
    const auto* own = key_begin();
    // Without a branch for each word: they are almost always all equal.
    std::uint64_t difference = 0;
#pragma GCC unroll 2
    for (std::size_t i = 0; i < wanted.size(); ++i) difference |= own[i].load(std::memory_order_acquire) ^ wanted[i];
    void* found = instrument.load(std::memory_order_acquire);
    difference |= (before & 1) | (version.load(std::memory_order_relaxed) ^ before);
    return difference == 0 ? found : nullptr;
  }

  /// For walks, which meet series that are being removed too: the instrument, or null if this is no series any more.
  [[nodiscard]] void* live_instrument() const noexcept {
    void* found = instrument.load(std::memory_order_acquire);
    return (version.load(std::memory_order_relaxed) & 1) == 0 ? found : nullptr;
  }
  /// Whether it was removed before what the caller has read of the instrument. Under ThreadSanitizer, which doesn't
  /// know fences, what is read orders itself: it is atomic.
  [[nodiscard]] bool is_removed() const noexcept {
#if !defined(__SANITIZE_THREAD__)
    std::atomic_thread_fence(std::memory_order_acquire);
#endif
    return (version.load(std::memory_order_acquire) & 1) != 0;
  }

  /// Under the family's lock.
  void fill(KeyWords key, std::string_view labels, void* made) noexcept;
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(key_begin() + key_words.load(std::memory_order_relaxed)), text_bytes};
  }
  [[nodiscard]] KeyWords key() const noexcept {
    return {reinterpret_cast<const std::uint64_t*>(key_begin()), key_words.load(std::memory_order_relaxed)};
  }

 private:
  [[nodiscard]] const std::atomic<std::uint64_t>* key_begin() const noexcept {
    return reinterpret_cast<const std::atomic<std::uint64_t>*>(this + 1);
  }
};
static_assert(sizeof(Series) % sizeof(std::uint64_t) == 0);

}  // namespace vitals::detail
