#pragma once

#include <cstdint>
#include <utility>

#include "core/series/series.hpp"
#include "core/system/epochs.hpp"

namespace vitals::detail {

/// Series that are none any more, in the order of their end: each can be taken out once no walk can stand on it. They
/// are linked by `instrument`. Needs the family's lock.
class RetiredSeries {
 public:
  /// REQUIRES: the series is odd.
  void push(Series& series, Epochs& epochs) noexcept {
    series.instrument.store(nullptr, std::memory_order_release);
    if (open_.first == nullptr) {
      open_.first = &series;
    } else {
      open_.last->instrument.store(&series, std::memory_order_release);
    }
    open_.last = &series;
    open_.moment = epochs.now();
  }

  /// The first one that nobody can see, or null.
  [[nodiscard]] Series* take(Epochs& epochs) noexcept {
    if (closed_.first == nullptr) closed_ = std::exchange(open_, {});
    if (closed_.first == nullptr || !epochs.has_passed(closed_.moment)) return nullptr;
    Series* series = closed_.first;
    closed_.first = static_cast<Series*>(series->instrument.load(std::memory_order_relaxed));
    return series;
  }

 private:
  struct Batch {
    Series* first = nullptr;
    Series* last = nullptr;
    std::uint64_t moment = 0;  // of the last one
  };

  Batch open_;    // to which others are added, so that its moment moves on
  Batch closed_;  // which waits for its moment to pass
};

}  // namespace vitals::detail
