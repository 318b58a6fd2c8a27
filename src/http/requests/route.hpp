#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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

// What finish() writes to for one status of a route and method.
struct StatusSeries {
  static constexpr int kNone = -2;

  // kOtherStatus: none of HTTP; with HttpOptions::group_status its first digit. Set once, when the rest is complete, as
  // `next` is. Release and acquire: who reads either sees what it stands for.
  std::atomic<int> status{kNone};
  DurationHistogram duration;
  Counter* requests = nullptr;  // null where the duration's count is that of the requests
  std::atomic<StatusSeries*> next{nullptr};
};

// The series of one route and method, and one combination of the users' labels: what a request writes to without
// looking anything up.
struct RouteSeries {
  bool is_plain = true;  // a request has a count and a duration, and nothing else
  // The first of the statuses seen, in the order in which they were, and found without a pointer: 200 on listed routes.
  StatusSeries statuses;
  DurationHistogram duration;  // without a histogram: each status has its own
  DurationHistogram first_byte;
  Histogram* bytes_in = nullptr;
  Histogram* bytes_out = nullptr;
  const TimedEvents* of_class = nullptr;  // of the endpoint's class in HttpOptions::levels
};

struct Route {
  /// `kinds` methods and combinations of users' labels.
  explicit Route(std::string text, std::size_t kinds = 0, RouteOptions wanted = {})
      : pattern{std::move(text)},
        options{std::move(wanted)},
        own_index{make_index(options)},
        series{std::make_unique<std::atomic<RouteSeries*>[]>(kinds)} {}

  const std::string pattern;
  const RouteOptions options;
  const std::unique_ptr<DurationIndex> own_index;  // of options.duration_buckets
  std::atomic<bool> is_counted{true};              // relaxed: it publishes nothing
  // By method and users' labels. Null until they are seen; then never changed. Release and acquire: a thread that reads
  // the pointer sees the series that it points to.
  const std::unique_ptr<std::atomic<RouteSeries*>[]> series;

 private:
  static std::unique_ptr<DurationIndex> make_index(const RouteOptions& options) {
    return options.duration_buckets ? std::make_unique<DurationIndex>(options.duration_buckets->bounds()) : nullptr;
  }
};

}  // namespace detail
}  // namespace vitals
