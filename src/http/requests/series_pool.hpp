#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>

#include "http/requests/http_method.hpp"
#include "http/requests/route.hpp"

namespace vitals::detail {

// Whose series: a route, a method by its index, and one combination of further labels by its number.
struct SeriesKey {
  const Route& route;
  std::uint8_t method;
  std::uint16_t labels;
};

// Makes the series of a key in its metrics. Thread-safe.
class SeriesMaker {
 public:
  /// All but those of its statuses.
  virtual void make(RouteSeries& series, const SeriesKey& key) const = 0;
  /// Those of a status; `of` are those of the key.
  virtual void make(StatusSeries& series, int status, const RouteSeries& of, const SeriesKey& key) const = 0;

 protected:
  ~SeriesMaker() = default;
};

// The series of routes, made when they are first asked for and kept for ever. What is there is found without a lock.
class SeriesPool {
 public:
  /// REQUIRES: the maker lives as long.
  explicit SeriesPool(const SeriesMaker& maker) : maker_{maker} {}

  /// The series of a key, whose route has a place for it. Null: there was no memory for one that is new.
  [[nodiscard]] RouteSeries* of(const SeriesKey& key) noexcept {
    auto& slot = key.route.series[key.method + key.labels * kMethods.size()];
    if (RouteSeries* known = slot.load(std::memory_order_acquire)) [[likely]]
      return known;
    return make(key, slot);
  }
  /// Those of one of its statuses. Null as above.
  [[nodiscard]] StatusSeries* of(RouteSeries& series, const SeriesKey& key, int status) noexcept {
    StatusSeries* const known = series.of_status(status);
    return known != nullptr ? known : make(series, key, status);
  }

 private:
  RouteSeries* make(const SeriesKey& key, std::atomic<RouteSeries*>& slot) noexcept;
  StatusSeries* make(RouteSeries& series, const SeriesKey& key, int status) noexcept;

  const SeriesMaker& maker_;
  std::mutex mutex_;                // taken to make series, not to find them
  std::deque<RouteSeries> series_;  // deques, so that series never move
  std::deque<StatusPair> statuses_;
};

}  // namespace vitals::detail
