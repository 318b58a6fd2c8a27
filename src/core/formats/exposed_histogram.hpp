#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

// A histogram's snapshot as every format shows it, whatever expose() of families is given: bounds ascend, counts never
// decrease, and the count is at least what the buckets hold. (A registry refuses what contradicts itself.)

/// Whether the native buckets can be written; a reader that meets impossible ones fails the whole scrape.
[[nodiscard]] bool has_native(const MetricSnapshot& metric) noexcept;

/// What `_count` and the bucket +Inf say.
[[nodiscard]] std::uint64_t count_of(const MetricSnapshot& metric) noexcept;

/// Whether a bucket's bound is negative.
[[nodiscard]] bool has_negative_bounds(const MetricSnapshot& metric) noexcept;

/// Whether OpenMetrics allows a sum: not NaN; for negative bounds only gauge histograms have one, for others it is not
/// negative.
[[nodiscard]] bool has_openmetrics_sum(double sum, bool has_negative_bounds, MetricType type) noexcept;

/// Calls visit(lower bound, upper bound, cumulative count) for each bucket, the last of which is +Inf.
template <class Visit>
void for_each_bucket(const MetricSnapshot& metric, std::uint64_t count, Visit visit) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double lower = -kInfinity;
  std::uint64_t cumulative = 0;
  for (const auto& bucket : metric.buckets) {
    if (!(bucket.upper_bound > lower) || bucket.upper_bound == kInfinity) continue;
    cumulative = std::max(cumulative, bucket.cumulative_count);
    visit(lower, bucket.upper_bound, cumulative);
    lower = bucket.upper_bound;
  }
  visit(lower, kInfinity, count);
}

}  // namespace vitals::detail
