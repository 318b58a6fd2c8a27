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
  if (StatusSeries* const known = series.of_status(status)) return known;
  StatusSeries* made = series.of_status(StatusSeries::kNone);
  if (made == nullptr) {
    StatusPair* last = &series.statuses;
    while (StatusPair* const next = last->next.load(std::memory_order_relaxed)) last = next;
    StatusPair& more = statuses_.emplace_back();
    last->next.store(&more, std::memory_order_release);
    made = more.statuses.data();
  }
  maker_.make(*made, status, series, key);
  made->status.store(static_cast<std::int16_t>(status), std::memory_order_release);
  return made;
} catch (...) {
  return nullptr;
}

}  // namespace vitals::detail
