#pragma once

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
  static constexpr int kNone = -2;

  // kOtherStatus: none of HTTP; with HttpOptions::group_status its first digit. Set once, when the rest is complete, as
  // `next` is. Release and acquire: who reads either sees what it stands for.
  std::atomic<int> status{kNone};
  Recording recording = Recording::Full;
  DurationHistogram duration;
  Counter* requests = nullptr;  // null where the duration's count is that of the requests
  std::atomic<StatusSeries*> next{nullptr};
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
  // The first of the statuses seen, in the order in which they were, and found without a pointer: 200 on listed routes.
  StatusSeries statuses;
  std::unique_ptr<const FurtherSeries> further;  // null: none

  /// The status's, or null if there is none (yet).
  [[nodiscard]] StatusSeries* of_status(int status) noexcept {
    StatusSeries* known = &statuses;
    do {
      if (known->status.load(std::memory_order_acquire) == status) return known;
      known = known->next.load(std::memory_order_acquire);
    } while (known != nullptr);
    return nullptr;
  }
};

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
