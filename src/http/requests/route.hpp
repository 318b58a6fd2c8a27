#pragma once

#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "http/requests/http_method.hpp"
#include "http/requests/http_status.hpp"

namespace vitals {

class Counter;
class Histogram;

namespace detail {

// The series of one route and method: what finish() writes to without looking anything up.
struct RouteSeries {
  explicit RouteSeries(Histogram& duration) noexcept : duration_seconds{duration} {}

  Histogram& duration_seconds;
  // Null until the status is seen. Set once (threads that race set the same value). Release and acquire: a thread that
  // reads the pointer sees the counter that another one made.
  std::array<std::atomic<Counter*>, kStatusSlots> requests{};
};

struct Route {
  explicit Route(std::string text) : pattern{std::move(text)} {}

  const std::string pattern;
  // Null until the method is seen; then never changed. Release and acquire: a thread that reads the pointer sees the
  // series that it points to.
  std::array<std::atomic<RouteSeries*>, kMethods.size()> series{};
};

}  // namespace detail
}  // namespace vitals
