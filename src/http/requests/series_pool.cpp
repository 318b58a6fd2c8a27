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
  auto* last = &series.statuses;
  for (StatusSeries* known = last->load(std::memory_order_relaxed); known != nullptr;
       known = last->load(std::memory_order_relaxed)) {
    if (known->status == status) return known;
    last = &known->next;
  }
  StatusSeries& made = statuses_.emplace_back(status);
  maker_.make(made, series, key);
  last->store(&made, std::memory_order_release);
  return &made;
} catch (...) {
  return nullptr;
}

}  // namespace vitals::detail
