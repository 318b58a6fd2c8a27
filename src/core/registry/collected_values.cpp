#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "core/formats/exposed_histogram.hpp"
#include "core/registry/collected.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

bool is_histogram(const MetricSnapshot& metric) {
  const auto& buckets = metric.buckets;
  const auto not_before = [](const auto& a, const auto& b) { return !(a.upper_bound < b.upper_bound); };
  const bool ascend = std::adjacent_find(buckets.begin(), buckets.end(), not_before) == buckets.end();
  const bool has_nan =
      std::any_of(buckets.begin(), buckets.end(), [](const auto& b) { return std::isnan(b.upper_bound); });
  return ascend && !has_nan && (!metric.native.present || has_native(metric));
}

bool is_summary(const MetricSnapshot& metric) {
  std::set<double> seen;
  return std::all_of(metric.quantiles.begin(), metric.quantiles.end(), [&](const auto& quantile) {
    return quantile.quantile >= 0 && quantile.quantile <= 1 && seen.insert(quantile.quantile).second;
  });
}

bool is_state_set(const MetricSnapshot& metric) {
  std::set<std::string> seen;
  return !metric.states.empty() && std::all_of(metric.states.begin(), metric.states.end(), [&](const auto& state) {
    return !state.name.empty() && seen.insert(to_valid_utf8(state.name)).second;
  });
}

}  // namespace

bool are_values_valid(const MetricSnapshot& metric, MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return metric.value >= 0;
    case MetricType::Info:
      return metric.value == 1 || metric.value == 0;
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return is_histogram(metric);
    case MetricType::Summary:
      return is_summary(metric);
    case MetricType::StateSet:
      return is_state_set(metric);
    case MetricType::Gauge:
    case MetricType::Untyped:
      break;
  }
  return true;
}

}  // namespace vitals::detail
