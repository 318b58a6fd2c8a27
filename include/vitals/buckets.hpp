#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <vector>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// The upper bounds of a histogram's buckets, ascending; a value on a bound belongs to it. +Inf is added by the
/// histogram. A plain value. Bounds are checked when a histogram is registered, where the message can name it.
class Buckets {
 public:
  Buckets(std::initializer_list<double> bounds);
  /// Bounds that the program has: a vector, an array or a span of double, or two iterators in braces,
  /// Buckets({v.begin(), v.end()}). They are copied.
  explicit Buckets(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {}

  /// 0.5 ms to 10 s, for response times: the bounds of OpenTelemetry's http.server.request.duration, the response-time
  /// targets 0.15, 0.2 and 0.3 s, and 0.5, 1 and 2.5 ms for fast handlers.
  [[nodiscard]] static Buckets latency();
  /// 91 bounds from 0.1 ms to 10.3 s, for response times of which any percentile is to be right, and not targets alone:
  /// 12 % apart (2^(1/6), to three digits) from 0.5 ms to 5.16 s, twice as much beyond. For a histogram without labels:
  /// it is 94 lines of a scrape.
  [[nodiscard]] static Buckets fine_latency();
  /// count bounds: start, start + width, … REQUIRES: width > 0.
  [[nodiscard]] static Buckets linear(double start, double width, std::size_t count);
  /// count bounds: start, start * factor, … REQUIRES: start > 0, factor > 1.
  [[nodiscard]] static Buckets exponential(double start, double factor, std::size_t count);

  [[nodiscard]] std::span<const double> bounds() const noexcept { return bounds_; }

 private:
  std::vector<double> bounds_;
};

}  // namespace vitals
