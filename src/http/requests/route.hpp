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

namespace vitals {

class Counter;
class Histogram;

namespace detail {

// What finish() writes to for one status of a route and method.
struct StatusSeries {
  int status;            // -1: none of HTTP; with HttpOptions::group_status its first digit
  Histogram* duration;
  Counter* requests;     // null where the duration's count is that of the requests
  // Set once, when the next one is complete. Release and acquire: who reads the pointer sees what it points to.
  std::atomic<StatusSeries*> next{nullptr};
};

// The series of one route and method, and one combination of the users' labels: what a request writes to without
// looking anything up.
struct RouteSeries {
  Histogram* duration = nullptr;  // null: each status has its own
  Histogram* first_byte = nullptr;
  Histogram* bytes_in = nullptr;
  Histogram* bytes_out = nullptr;
  // The statuses seen, in the order in which they were: 200 is there from the start on listed routes, and found at once.
  std::atomic<StatusSeries*> statuses{nullptr};
};

struct Route {
  Route(std::string text, std::size_t kinds, RouteOptions wanted)
      : pattern{std::move(text)},
        options{std::move(wanted)},
        series{std::make_unique<std::atomic<RouteSeries*>[]>(kinds)} {}

  const std::string pattern;
  const RouteOptions options;
  std::atomic<bool> is_counted{true};  // relaxed: it publishes nothing
  // By method and users' labels. Null until they are seen; then never changed. Release and acquire: a thread that reads
  // the pointer sees the series that it points to.
  const std::unique_ptr<std::atomic<RouteSeries*>[]> series;
};

}  // namespace detail
}  // namespace vitals
