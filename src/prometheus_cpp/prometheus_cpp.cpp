#include <map>
#include <string>
#include <utility>

#include <vitals/prometheus_cpp.hpp>

namespace vitals {

namespace {

prometheus::MetricType to_theirs(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return prometheus::MetricType::Counter;
    case MetricType::Gauge:
      return prometheus::MetricType::Gauge;
    case MetricType::Histogram:
      return prometheus::MetricType::Histogram;
    case MetricType::Summary:
      return prometheus::MetricType::Summary;
    case MetricType::Untyped:
      break;
  }
  return prometheus::MetricType::Untyped;
}

prometheus::ClientMetric to_theirs(MetricSnapshot& ours, MetricType type) {
  prometheus::ClientMetric theirs;
  for (auto& label : ours.labels) theirs.label.push_back({std::move(label.name), std::move(label.value)});
  if (type == MetricType::Histogram) {
    theirs.histogram.sample_count = ours.count;
    theirs.histogram.sample_sum = ours.sum;
    for (const auto& bucket : ours.buckets)
      theirs.histogram.bucket.push_back({bucket.cumulative_count, bucket.upper_bound});
  } else if (type == MetricType::Summary) {
    theirs.summary.sample_count = ours.count;
    theirs.summary.sample_sum = ours.sum;
    for (const auto& quantile : ours.quantiles) theirs.summary.quantile.push_back({quantile.quantile, quantile.value});
  } else {
    theirs.counter.value = theirs.gauge.value = theirs.untyped.value = ours.value;
  }
  return theirs;
}

// The type Info came with prometheus-cpp 1.1.
template <class Type>
bool is_info(Type type) {
  if constexpr (requires { Type::Info; }) {
    return type == Type::Info;
  } else {
    return false;
  }
}

MetricType to_ours(prometheus::MetricType type) {
  if (is_info(type)) return MetricType::Gauge;
  switch (type) {
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

MetricSnapshot to_ours(const prometheus::ClientMetric& theirs, prometheus::MetricType type) {
  MetricSnapshot ours;
  for (const auto& label : theirs.label) ours.labels.push_back({label.name, label.value});
  ours.value = is_info(type)                             ? 1
               : type == prometheus::MetricType::Counter ? theirs.counter.value
               : type == prometheus::MetricType::Gauge   ? theirs.gauge.value
                                                         : theirs.untyped.value;
  if (type == prometheus::MetricType::Histogram) {
    ours.count = theirs.histogram.sample_count;
    ours.sum = theirs.histogram.sample_sum;
    for (const auto& bucket : theirs.histogram.bucket)
      ours.buckets.push_back({bucket.upper_bound, bucket.cumulative_count});
  } else if (type == prometheus::MetricType::Summary) {
    ours.count = theirs.summary.sample_count;
    ours.sum = theirs.summary.sample_sum;
    for (const auto& quantile : theirs.summary.quantile) ours.quantiles.push_back({quantile.quantile, quantile.value});
  }
  return ours;
}

// Their registry may hold several families of one name, with different constant labels; to Prometheus they are one.
void collect(const prometheus::Collectable& theirs, std::vector<FamilySnapshot>& out) {
  std::map<std::string, std::size_t> index;
  for (const auto& family : theirs.Collect()) {
    const std::string name = is_info(family.type) ? family.name + "_info" : family.name;
    const auto [at, added] = index.emplace(name, out.size());
    if (added) out.push_back({name, family.help, to_ours(family.type), {}});
    for (const auto& metric : family.metric) out[at->second].metrics.push_back(to_ours(metric, family.type));
  }
}

}  // namespace

std::vector<prometheus::MetricFamily> PrometheusCppCollectable::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  for (auto& ours : registry_.snapshot()) {
    auto& theirs = families.emplace_back();
    theirs.name = std::move(ours.name);
    theirs.help = std::move(ours.help);
    theirs.type = to_theirs(ours.type);
    for (auto& metric : ours.metrics) theirs.metric.push_back(to_theirs(metric, ours.type));
  }
  return families;
}

CollectorToken add_prometheus_cpp(Registry& registry, std::shared_ptr<prometheus::Collectable> theirs) {
  return registry.add_collector(
      [theirs = std::move(theirs)](std::vector<FamilySnapshot>& out) { collect(*theirs, out); });
}

}  // namespace vitals
