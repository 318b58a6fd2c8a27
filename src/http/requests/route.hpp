#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <vitals/buckets.hpp>
#include <vitals/http/http_options.hpp>

#include "http/requests/duration_index.hpp"

namespace vitals {

class Counter;
class Histogram;

namespace detail {

class TimedEvents;

// What the end of a request takes.
enum class Recording : std::uint8_t {
  Full,
  WithLevels,  // what is plain, and service levels
  Plain        // it is counted and timed, here and over all routes, and nothing else: both histograms have their index
};

// What finish() writes to for one status of a route and method.
struct StatusSeries {
  static constexpr std::int16_t kNone = -2;

  // kOtherStatus: none of HTTP; with HttpOptions::group_status its first digit. Set once, when the rest is complete.
  // Release and acquire: who reads it sees what it stands for.
  std::atomic<std::int16_t> status{kNone};
  Recording recording = Recording::Full;
  bool is_indexed = false;  // whether the histogram of its durations has the index of the route's bounds
  union {
    Counter* requests = nullptr;
    Histogram* duration;  // instead, where RouteSeries has none: its count is that of the requests
  };
};

// Two statuses, as many as listed routes begin with, and more behind them.
struct StatusPair {
  std::array<StatusSeries, 2> statuses;
  std::atomic<StatusPair*> next{nullptr};  // set once, by a release store; acquire when read
};

// What few options want of a route and method.
struct FurtherSeries {
  DurationHistogram first_byte;
  Histogram* bytes_in = nullptr;
  Histogram* bytes_out = nullptr;
  const TimedEvents* of_class = nullptr;  // of the endpoint's class in HttpOptions::levels
};

// The series of one route and method, and one combination of the users' labels: what a request writes to without
// looking anything up.
struct RouteSeries {
  // In the order in which they were seen: the first, 200 on listed routes, is found without a pointer.
  StatusPair statuses;
  Histogram* duration = nullptr;                 // null: each status has its own
  std::unique_ptr<const FurtherSeries> further;  // null: none

  /// The status's, or null if there is none (yet); of StatusSeries::kNone a place for one.
  [[nodiscard]] StatusSeries* of_status(int status) noexcept {
    StatusPair* pair = &statuses;
    do {
      for (StatusSeries& known : pair->statuses) {
        if (known.status.load(std::memory_order_acquire) == status) return &known;
      }
      pair = pair->next.load(std::memory_order_acquire);
    } while (pair != nullptr);
    return nullptr;
  }
  [[nodiscard]] Histogram& duration_of(const StatusSeries& status) const noexcept {
    return duration != nullptr ? *duration : *status.duration;
  }
};
static_assert(sizeof(void*) != 8 || sizeof(RouteSeries) == 56);  // there is one for each method of each route

// The bounds of a route's own.
struct OwnBuckets {
  explicit OwnBuckets(const Buckets& wanted) : buckets{wanted}, index{buckets.bounds()} {}

  const Buckets buckets;
  const DurationIndex index;
};

struct Route {
  /// `kinds` methods and combinations of users' labels.
  explicit Route(std::string text, std::size_t kinds = 0, const RouteOptions& wanted = {})
      : pattern{std::move(text)},
        series{std::make_unique<std::atomic<RouteSeries*>[]>(kinds)},
        own_buckets{wanted.duration_buckets ? std::make_unique<OwnBuckets>(*wanted.duration_buckets) : nullptr},
        duration{wanted.duration} {}

  const std::string pattern;
  // By method and users' labels. Null until they are seen; then never changed. Release and acquire: a thread that reads
  // the pointer sees the series that it points to.
  const std::unique_ptr<std::atomic<RouteSeries*>[]> series;
  const std::unique_ptr<const OwnBuckets> own_buckets;  // null: those of all
  const HttpDuration duration;
  std::atomic<bool> is_counted{true};  // relaxed: it publishes nothing
};

}  // namespace detail
}  // namespace vitals
