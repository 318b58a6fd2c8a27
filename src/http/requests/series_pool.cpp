#include "http/requests/series_pool.hpp"

namespace vitals::detail {

RouteSeries* SeriesPool::make(const SeriesKey& key, std::atomic<RouteSeries*>& slot) noexcept try {
  const std::lock_guard lock{mutex_};
  if (RouteSeries* known = slot.load(std::memory_order_relaxed)) return known;
  RouteSeries& made = series_.emplace_back();
  maker_.make(made, key);
  slot.store(&made, std::memory_order_release);
  return &made;
} catch (...) {
  return nullptr;
}

StatusSeries* SeriesPool::make(RouteSeries& series, const SeriesKey& key, int status) noexcept try {
  const std::lock_guard lock{mutex_};
  StatusSeries* last = &series.statuses;
  for (StatusSeries* known = last; known != nullptr; known = known->next.load(std::memory_order_relaxed)) {
    if (known->status.load(std::memory_order_relaxed) == status) return known;
    last = known;
  }
  const bool is_first = last->status.load(std::memory_order_relaxed) == StatusSeries::kNone;
  StatusSeries& made = is_first ? *last : statuses_.emplace_back();
  maker_.make(made, status, key);
  made.status.store(status, std::memory_order_release);
  if (!is_first) last->next.store(&made, std::memory_order_release);
  return &made;
} catch (...) {
  return nullptr;
}

}  // namespace vitals::detail
