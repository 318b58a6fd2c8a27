#include "core/histogram_view.hpp"

#include <numeric>
#include <vector>

namespace vitals::detail {

namespace {

bool ascend(const std::vector<NativeBuckets::Bucket>& buckets) noexcept {
  const auto not_after = [](const auto& a, const auto& b) { return b.index <= a.index; };
  return std::adjacent_find(buckets.begin(), buckets.end(), not_after) == buckets.end();
}

std::uint64_t sum(const std::vector<NativeBuckets::Bucket>& buckets, std::uint64_t start) noexcept {
  return std::accumulate(buckets.begin(), buckets.end(), start,
                         [](std::uint64_t total, const auto& bucket) { return total + bucket.count; });
}

bool has_negative_bounds(const MetricSnapshot& metric) noexcept {
  return std::any_of(metric.buckets.begin(), metric.buckets.end(), [](const auto& b) { return b.upper_bound < 0; });
}

}  // namespace

bool has_native(const MetricSnapshot& metric) noexcept {
  const NativeBuckets& native = metric.native;
  return native.present && native.schema >= -4 && native.schema <= 8 && native.zero_threshold >= 0 &&
         std::isfinite(native.zero_threshold) && ascend(native.positive) && ascend(native.negative);
}

std::uint64_t count_of(const MetricSnapshot& metric) noexcept {
  std::uint64_t count = metric.count;
  for (const auto& bucket : metric.buckets) count = std::max(count, bucket.cumulative_count);
  if (!metric.native.present) return count;
  return std::max(count, sum(metric.native.positive, sum(metric.native.negative, metric.native.zero_count)));
}

bool has_openmetrics_sum(const MetricSnapshot& metric, MetricType type) noexcept {
  if (std::isnan(metric.sum)) return false;
  if (type == MetricType::GaugeHistogram) return metric.sum >= 0 || has_negative_bounds(metric);
  return metric.sum >= 0 && !has_negative_bounds(metric);
}

}  // namespace vitals::detail
