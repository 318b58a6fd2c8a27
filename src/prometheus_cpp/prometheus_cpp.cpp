#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <prometheus/client_metric.h>
#include <prometheus/metric_type.h>

#include <vitals/exposition.hpp>
#include <vitals/prometheus_cpp.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

// "Ours" is what a vitals registry gives, "theirs" what prometheus-cpp takes and gives.
namespace vitals {

namespace detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The types that both libraries have.
constexpr std::array<std::pair<MetricType, prometheus::MetricType>, 5> kTypes{{
    {MetricType::Counter, prometheus::MetricType::Counter},
    {MetricType::Gauge, prometheus::MetricType::Gauge},
    {MetricType::Histogram, prometheus::MetricType::Histogram},
    {MetricType::Summary, prometheus::MetricType::Summary},
    {MetricType::Untyped, prometheus::MetricType::Untyped},
}};

// Their Info, of 1.1 and later, is not used for ours: it has a TYPE line that doesn't match its samples.
prometheus::MetricType their_type(MetricType ours) {
  const auto found = std::find_if(kTypes.begin(), kTypes.end(), [=](const auto& pair) { return pair.first == ours; });
  return found != kTypes.end() ? found->second : prometheus::MetricType::Gauge;
}

// The type Info came with prometheus-cpp 1.1.
template <class Type>
constexpr bool is_info(Type type) {
  if constexpr (requires { Type::Info; }) {
    return type == Type::Info;
  } else {
    return false;
  }
}

MetricType our_type(prometheus::MetricType theirs) {
  if (is_info(theirs)) return MetricType::Info;
  const auto found =
      std::find_if(kTypes.begin(), kTypes.end(), [=](const auto& pair) { return pair.second == theirs; });
  return found != kTypes.end() ? found->first : MetricType::Untyped;
}

using Theirs = prometheus::ClientMetric;

// Their serializer writes names and help as they are. So the names must be legacy ones, and the help escaped.
prometheus::MetricFamily head(const FamilySnapshot& ours, prometheus::MetricType type, std::string_view suffix = "") {
  prometheus::MetricFamily theirs;
  theirs.name = exposed_name(ours.name, Escaping::Underscores, NameKind::Metric).append(suffix);
  append_escaped(theirs.help, ours.help, Quotes::Keep);
  theirs.type = type;
  return theirs;
}

Theirs::Label label(std::string_view name, std::string value) {
  if (!is_valid_utf8(value)) value = to_valid_utf8(value);
  return {exposed_name(name, Escaping::Underscores, NameKind::Label), std::move(value)};
}

Theirs labelled(MetricSnapshot& ours) {
  Theirs theirs;
  theirs.label.reserve(ours.labels.size());
  theirs.timestamp_ms = ours.timestamp;
  for (auto& [name, value] : ours.labels) theirs.label.push_back(label(name, std::move(value)));
  return theirs;
}

Theirs gauge(Theirs theirs, double value) {
  theirs.gauge.value = value;
  return theirs;
}

Theirs histogram(Theirs theirs, const MetricSnapshot& ours) {
  auto& [count, sum, buckets] = theirs.histogram;
  count = count_of(ours);
  sum = ours.sum;
  for_each_bucket(ours, count, [&buckets = buckets](double, double upper, std::uint64_t cumulative) {
    buckets.push_back({cumulative, upper});
  });
  return theirs;
}

Theirs summary(Theirs theirs, const MetricSnapshot& ours) {
  theirs.summary.sample_count = ours.count;
  theirs.summary.sample_sum = ours.sum;
  for (const auto& [quantile, value] : ours.quantiles) theirs.summary.quantile.push_back({quantile, value});
  return theirs;
}

Theirs to_theirs(MetricSnapshot& ours, MetricType type) {
  Theirs theirs = labelled(ours);
  switch (type) {
    case MetricType::Histogram:
      return histogram(std::move(theirs), ours);
    case MetricType::Summary:
      return summary(std::move(theirs), ours);
    case MetricType::Info:
      return gauge(std::move(theirs), 1);
    case MetricType::Counter:
      theirs.counter.value = ours.value;
      return theirs;
    case MetricType::Untyped:
      theirs.untyped.value = ours.value;
      return theirs;
    case MetricType::Gauge:
    case MetricType::StateSet:        // append_states
    case MetricType::GaugeHistogram:  // append_gauge_histogram
      break;
  }
  return gauge(std::move(theirs), ours.value);
}

void append_states(FamilySnapshot& ours, std::vector<prometheus::MetricFamily>& out) {
  auto theirs = head(ours, prometheus::MetricType::Gauge);
  for (auto& metric : ours.metrics) {
    const Theirs series = labelled(metric);
    for (auto& state : metric.states) {
      theirs.metric.push_back(gauge(series, state.enabled ? 1 : 0));
      theirs.metric.back().label.push_back(label(ours.name, std::move(state.name)));
    }
  }
  out.push_back(std::move(theirs));
}

// Their histogram has a _count and a _sum of type counter, which must not go down. Those of a gauge histogram may.
void append_gauge_histogram(FamilySnapshot& ours, std::vector<prometheus::MetricFamily>& out) {
  auto buckets = head(ours, prometheus::MetricType::Gauge, suffix::kBucket);
  auto counts = head(ours, prometheus::MetricType::Gauge, suffix::kGaugeCount);
  auto sums = head(ours, prometheus::MetricType::Gauge, suffix::kGaugeSum);
  for (auto& metric : ours.metrics) {
    const Theirs series = labelled(metric);
    const auto count = count_of(metric);
    for_each_bucket(metric, count, [&](double, double upper, std::uint64_t cumulative) {
      std::string le;
      append_number(le, upper);
      buckets.metric.push_back(gauge(series, static_cast<double>(cumulative)));
      buckets.metric.back().label.push_back(label(kBucketLabel, std::move(le)));
    });
    counts.metric.push_back(gauge(series, static_cast<double>(count)));
    sums.metric.push_back(gauge(series, metric.sum));
  }
  for (auto* theirs : {&buckets, &counts, &sums}) out.push_back(std::move(*theirs));
}

// A family of ours is nothing to them, one family, or, as a gauge histogram, three.
void append_theirs(FamilySnapshot ours, std::vector<prometheus::MetricFamily>& out) {
  if (ours.metrics.empty()) return;
  if (ours.type == MetricType::StateSet) return append_states(ours, out);
  if (ours.type == MetricType::GaugeHistogram) return append_gauge_histogram(ours, out);
  auto& theirs = out.emplace_back(head(ours, their_type(ours.type)));
  theirs.metric.reserve(ours.metrics.size());
  for (auto& metric : ours.metrics) theirs.metric.push_back(to_theirs(metric, ours.type));
}

// The help as Prometheus reads it: their serializer writes help as it is given, and Prometheus takes \\ and \n for
// escapes.
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

// Their buckets may lack +Inf. Those of a Collectable that is no registry may have any order.
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

MetricSnapshot to_ours(const prometheus::ClientMetric& theirs, MetricType type) {
  MetricSnapshot ours;
  ours.labels.reserve(theirs.label.size());
  ours.timestamp = theirs.timestamp_ms;
  for (const auto& label : theirs.label) ours.labels.push_back({label.name, label.value});
  if (type == MetricType::Counter) read_counter(theirs.counter, ours);
  if (type == MetricType::Gauge) ours.value = theirs.gauge.value;
  if (type == MetricType::Untyped) ours.value = theirs.untyped.value;
  if (type == MetricType::Histogram) read_histogram(theirs.histogram, ours);
  if (type == MetricType::Summary) read_summary(theirs.summary, ours);
  return ours;
}

// Their registry may hold several families of one name, which differ in their constant labels: to Prometheus these are
// one. Families that differ in type stay apart, and our registry takes the first.
void append_ours(const std::vector<prometheus::MetricFamily>& theirs, std::vector<FamilySnapshot>& out) {
  std::map<std::pair<std::string, MetricType>, std::size_t> found;
  for (const auto& family : theirs) {
    const MetricType type = our_type(family.type);
    // Their serializer writes an info as a gauge with this ending, whatever its name is.
    const std::string name = type == MetricType::Info ? family.name + std::string{detail::suffix::kInfo} : family.name;
    const auto [at, added] = found.emplace(std::pair{name, type}, out.size());
    if (added) out.push_back({name, read_help(family.help), type, {}, {}});
    auto& metrics = out[at->second].metrics;
    for (const auto& metric : family.metric) metrics.push_back(to_ours(metric, type));
  }
}

}  // namespace

}  // namespace detail

std::vector<prometheus::MetricFamily> PrometheusCppCollectable::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  for (auto& ours : registry_.snapshot()) detail::append_theirs(std::move(ours), families);
  return families;
}

CollectorToken add_prometheus_cpp(Registry& registry, std::shared_ptr<prometheus::Collectable> theirs) {
  if (!theirs)
    throw std::invalid_argument("vitals: add_prometheus_cpp: the collectable is null; give a prometheus::Registry");
  return registry.add_collector(
      [theirs = std::move(theirs)](std::vector<FamilySnapshot>& out) { detail::append_ours(theirs->Collect(), out); });
}

}  // namespace vitals
