#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "prometheus_cpp/translate.hpp"

namespace vitals::detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The type Info came with prometheus-cpp 1.1.
template <class Type>
constexpr bool is_info(Type type) {
  if constexpr (requires { Type::Info; }) {
    return type == Type::Info;
  } else {
    return false;
  }
}

MetricType type_of(prometheus::MetricType theirs) {
  if (is_info(theirs)) return MetricType::Info;
  switch (theirs) {
    case prometheus::MetricType::Counter:
      return MetricType::Counter;
    case prometheus::MetricType::Gauge:
      return MetricType::Gauge;
    case prometheus::MetricType::Histogram:
      return MetricType::Histogram;
    case prometheus::MetricType::Summary:
      return MetricType::Summary;
    default:
      return MetricType::Untyped;
  }
}

// What Prometheus reads of help that their serializer wrote, which is as it was given, without escapes.
std::string read_help(std::string_view written) {
  std::string help;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char next = i + 1 < written.size() ? written[i + 1] : '\0';
    if (written[i] == '\\' && (next == '\\' || next == 'n')) {
      help += next == 'n' ? '\n' : '\\';
      ++i;
    } else {
      help += written[i];
    }
  }
  return help;
}

void read_counter(const prometheus::ClientMetric::Counter& theirs, MetricSnapshot& ours) {
  ours.value = theirs.value;
  if (theirs.value >= 0 && theirs.value < 0x1p64 && theirs.value == std::trunc(theirs.value))
    ours.whole = static_cast<std::uint64_t>(theirs.value);
}

// Theirs need not have the bucket +Inf, nor, given by a Collectable that is no registry, any order.
void read_histogram(const prometheus::ClientMetric::Histogram& theirs, MetricSnapshot& ours) {
  ours.count = theirs.sample_count;
  ours.sum = theirs.sample_sum;
  for (const auto& [cumulative, bound] : theirs.bucket) {
    if (!std::isnan(bound)) ours.buckets.push_back({bound, cumulative});
  }
  std::stable_sort(ours.buckets.begin(), ours.buckets.end(),
                   [](const auto& a, const auto& b) { return a.upper_bound < b.upper_bound; });
  if (ours.buckets.empty() || ours.buckets.back().upper_bound != kInfinity)
    ours.buckets.push_back({kInfinity, ours.count});
}

// Two quantiles of one name would be one series twice.
void read_summary(const prometheus::ClientMetric::Summary& theirs, MetricSnapshot& ours) {
  ours.count = theirs.sample_count;
  ours.sum = theirs.sample_sum;
  for (const auto& [quantile, value] : theirs.quantile) {
    if (!std::isnan(quantile)) ours.quantiles.push_back({quantile, value});
  }
  auto& quantiles = ours.quantiles;
  std::stable_sort(quantiles.begin(), quantiles.end(),
                   [](const auto& a, const auto& b) { return a.quantile < b.quantile; });
  const auto same = [](const auto& a, const auto& b) { return a.quantile == b.quantile; };
  quantiles.erase(std::unique(quantiles.begin(), quantiles.end(), same), quantiles.end());
}

MetricSnapshot translated(const prometheus::ClientMetric& theirs, MetricType type) {
  MetricSnapshot ours;
  ours.labels.reserve(theirs.label.size());
  for (const auto& label : theirs.label) ours.labels.push_back({label.name, label.value});
  if (type == MetricType::Counter) read_counter(theirs.counter, ours);
  if (type == MetricType::Gauge) ours.value = theirs.gauge.value;
  if (type == MetricType::Untyped) ours.value = theirs.untyped.value;
  if (type == MetricType::Histogram) read_histogram(theirs.histogram, ours);
  if (type == MetricType::Summary) read_summary(theirs.summary, ours);
  return ours;
}

}  // namespace

// A registry of theirs may hold several families of one name, which differ in their constant labels: to Prometheus they
// are one. If they differ in type, they stay apart and the registry takes the first.
void append_ours(const std::vector<prometheus::MetricFamily>& theirs, std::vector<FamilySnapshot>& out) {
  std::map<std::pair<std::string, MetricType>, std::size_t> found;
  for (const auto& family : theirs) {
    const MetricType type = type_of(family.type);
    // Their infos are written as a gauge with that ending, whatever the name.
    const std::string name = type == MetricType::Info ? family.name + "_info" : family.name;
    const auto [at, added] = found.emplace(std::pair{name, type}, out.size());
    if (added) out.push_back({name, read_help(family.help), type, {}, {}});
    auto& metrics = out[at->second].metrics;
    for (const auto& metric : family.metric) metrics.push_back(translated(metric, type));
  }
}

}  // namespace vitals::detail
