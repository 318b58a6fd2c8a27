#include "core/formats/exposed_histogram.hpp"

#include <numeric>
#include <vector>

#include "core/text/limits.hpp"

namespace vitals::detail {

namespace {

using NativeSide = std::vector<NativeBuckets::Bucket>;

// Whether they ascend, and each is a bucket that doubles, from 2^-1074 to 2^1024, or an infinity may fall into.
bool have_indexes(const NativeSide& buckets, std::int32_t schema) noexcept {
  const auto not_after = [](const auto& a, const auto& b) { return b.index <= a.index; };
  if (std::adjacent_find(buckets.begin(), buckets.end(), not_after) != buckets.end()) return false;
  const auto end = static_cast<std::int32_t>(std::ldexp(1075.0, schema)) + 1;
  return buckets.empty() || (buckets.front().index >= -end && buckets.back().index <= end);
}

std::uint64_t sum(const NativeSide& buckets, std::uint64_t start) noexcept {
  return std::accumulate(buckets.begin(), buckets.end(), start,
                         [](std::uint64_t total, const auto& bucket) { return total + bucket.count; });
}

// As Prometheus asks: to the count, or if the sum is NaN, to no more. Counts are written as differences of 64 bits.
bool add_up(const MetricSnapshot& metric) noexcept {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const NativeBuckets& native = metric.native;
  std::uint64_t total = native.zero_count;
  for (const auto* side : {&native.negative, &native.positive}) {
    for (const auto& bucket : *side) {
      if (total > kMost || bucket.count > kMost) return false;
      total += bucket.count;
    }
  }
  return total <= kMost && (total == count_of(metric) || std::isnan(metric.sum));
}

}  // namespace

bool has_native(const MetricSnapshot& metric) noexcept {
  const NativeBuckets& native = metric.native;
  return native.present && native.schema >= kCoarsestSchema && native.schema <= kFinestSchema &&
         is_zero_threshold(native.zero_threshold) && have_indexes(native.positive, native.schema) &&
         have_indexes(native.negative, native.schema) && add_up(metric);
}

std::uint64_t count_of(const MetricSnapshot& metric) noexcept {
  std::uint64_t count = metric.count;
  for (const auto& bucket : metric.buckets) count = std::max(count, bucket.cumulative_count);
  if (!metric.native.present) return count;
  return std::max(count, sum(metric.native.positive, sum(metric.native.negative, metric.native.zero_count)));
}

bool has_negative_bounds(const MetricSnapshot& metric) noexcept {
  return std::any_of(metric.buckets.begin(), metric.buckets.end(), [](const auto& b) { return b.upper_bound < 0; });
}

bool has_openmetrics_sum(double sum, bool has_negative_bounds, MetricType type) noexcept {
  if (type == MetricType::GaugeHistogram && has_negative_bounds) return sum == sum;
  return sum >= 0 && !has_negative_bounds;
}

}  // namespace vitals::detail
