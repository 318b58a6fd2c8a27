#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "prometheus_cpp/translate.hpp"

namespace vitals::detail {

namespace {

using Theirs = prometheus::ClientMetric;

// Their serializer writes names and help as they are: the names must be legacy ones, the help escaped.
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

Theirs translated(MetricSnapshot& ours, MetricType type) {
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

prometheus::MetricType type_of(MetricType ours) {
  switch (ours) {
    case MetricType::Counter:
      return prometheus::MetricType::Counter;
    case MetricType::Histogram:
      return prometheus::MetricType::Histogram;
    case MetricType::Summary:
      return prometheus::MetricType::Summary;
    case MetricType::Untyped:
      return prometheus::MetricType::Untyped;
    case MetricType::Gauge:
    case MetricType::GaugeHistogram:
    case MetricType::StateSet:
    case MetricType::Info:  // their own Info, of 1.1 and later, has a TYPE line that doesn't match its samples
      break;
  }
  return prometheus::MetricType::Gauge;
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

// A histogram of theirs would have a _count and a _sum of type counter; these go down.
void append_gauge_histogram(FamilySnapshot& ours, std::vector<prometheus::MetricFamily>& out) {
  auto buckets = head(ours, prometheus::MetricType::Gauge, "_bucket");
  auto counts = head(ours, prometheus::MetricType::Gauge, "_gcount");
  auto sums = head(ours, prometheus::MetricType::Gauge, "_gsum");
  for (auto& metric : ours.metrics) {
    const Theirs series = labelled(metric);
    const auto count = count_of(metric);
    for_each_bucket(metric, count, [&](double, double upper, std::uint64_t cumulative) {
      std::string le;
      append_number(le, upper);
      buckets.metric.push_back(gauge(series, static_cast<double>(cumulative)));
      buckets.metric.back().label.push_back(label("le", std::move(le)));
    });
    counts.metric.push_back(gauge(series, static_cast<double>(count)));
    sums.metric.push_back(gauge(series, metric.sum));
  }
  for (auto* theirs : {&buckets, &counts, &sums}) out.push_back(std::move(*theirs));
}

}  // namespace

void append_theirs(FamilySnapshot ours, std::vector<prometheus::MetricFamily>& out) {
  if (ours.metrics.empty()) return;
  if (ours.type == MetricType::StateSet) return append_states(ours, out);
  if (ours.type == MetricType::GaugeHistogram) return append_gauge_histogram(ours, out);
  auto& theirs = out.emplace_back(head(ours, type_of(ours.type)));
  theirs.metric.reserve(ours.metrics.size());
  for (auto& metric : ours.metrics) theirs.metric.push_back(translated(metric, ours.type));
}

}  // namespace vitals::detail
