#include "core/registry/collected.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "core/formats/exposed_exemplar.hpp"
#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/units.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

// As rendered: values that differ only in invalid UTF-8 look alike there. An empty value is as good as no label.
bool have_distinct_labels(const std::vector<MetricSnapshot>& metrics) {
  if (metrics.size() < 2) return true;
  std::set<std::string> seen;
  return std::all_of(metrics.begin(), metrics.end(), [&](const MetricSnapshot& metric) {
    std::vector<std::string> labels;
    for (const auto& [name, value] : metric.labels) {
      if (!value.empty()) append_label(labels.emplace_back(), name, to_valid_utf8(value));
    }
    std::sort(labels.begin(), labels.end());
    std::string key;
    for (const auto& label : labels) key.append(label).append(1, ',');
    return seen.insert(std::move(key)).second;
  });
}

bool are_valid(const std::vector<Label>& labels, std::string_view reserved, bool utf8_names) {
  for (auto label = labels.begin(); label != labels.end(); ++label) {
    const auto alike = [&](std::string_view name) {
      return label->name == name || (utf8_names && are_alike(label->name, name, NameKind::Label));
    };
    if (!valid_label_name(label->name, utf8_names)) return false;
    if (!reserved.empty() && are_alike(label->name, reserved, NameKind::Label)) return false;
    if (std::any_of(labels.begin(), label, [&](const Label& other) { return alike(other.name); })) return false;
  }
  return true;
}

bool is_histogram_valid(const MetricSnapshot& metric) {
  const auto& buckets = metric.buckets;
  const auto not_before = [](const auto& a, const auto& b) { return !(a.upper_bound < b.upper_bound); };
  const bool ascend = std::adjacent_find(buckets.begin(), buckets.end(), not_before) == buckets.end();
  const bool has_nan =
      std::any_of(buckets.begin(), buckets.end(), [](const auto& b) { return std::isnan(b.upper_bound); });
  return ascend && !has_nan && (!metric.native.present || has_native(metric));
}

bool is_summary_valid(const MetricSnapshot& metric) {
  std::set<double> seen;
  return std::all_of(metric.quantiles.begin(), metric.quantiles.end(), [&](const auto& quantile) {
    return quantile.quantile >= 0 && quantile.quantile <= 1 && seen.insert(quantile.quantile).second;
  });
}

bool is_state_set_valid(const MetricSnapshot& metric) {
  std::set<std::string> seen;
  return !metric.states.empty() && std::all_of(metric.states.begin(), metric.states.end(), [&](const auto& state) {
    return !state.name.empty() && seen.insert(to_valid_utf8(state.name)).second;
  });
}

// Whether the type allows these values. An info that is 0 was given no value. Counts of buckets may decrease, as they
// do when they are read from a library that counts meanwhile: writers mend them.
bool are_values_valid(const MetricSnapshot& metric, MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return metric.value >= 0;
    case MetricType::Info:
      return metric.value == 1 || metric.value == 0;
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return is_histogram_valid(metric);
    case MetricType::Summary:
      return is_summary_valid(metric);
    case MetricType::StateSet:
      return is_state_set_valid(metric);
    case MetricType::Gauge:
    case MetricType::Untyped:
      break;
  }
  return true;
}

// Readers fail the whole scrape for a unit that the name does not end in. True: there was none to drop.
bool mend_unit(FamilySnapshot& family) {
  if (family.unit.empty() || is_unit_of(family.unit, base_name(family.name, family.type), family.type)) return true;
  family.unit.clear();
  return false;
}

bool is_well_formed(const Exemplar& exemplar) {
  return are_valid(exemplar.labels, "", true) && is_allowed(exemplar, Escaping::Underscores);
}

// A counter that is no count costs itself alone: there may be many others in its family. True: there were none to
// drop.
bool mend_counters(FamilySnapshot& family) {
  return family.type != MetricType::Counter || std::erase_if(family.metrics, [](const MetricSnapshot& metric) {
                                                 return !are_values_valid(metric, MetricType::Counter);
                                               }) == 0;
}

// What are_values_valid() asks for.
std::string value_rule(MetricType type) {
  switch (type) {
    case MetricType::Info:
      return "the value of an info must be 1; set that";
    case MetricType::Summary:
      return "quantiles must be from 0 to 1, none twice; mend them";
    case MetricType::StateSet:
      return "a state set must have states, each with a name of its own; mend them";
    default:
      return "bucket bounds must ascend, none NaN; native buckets must have a schema from -4 to 8, ascending indexes "
             "that it has, and counts that add up to that of the histogram; mend them";
  }
}

// True: there were none to drop.
bool mend_exemplars(MetricSnapshot& metric) {
  return std::erase_if(metric.exemplars, [](const Exemplar& exemplar) { return !is_well_formed(exemplar); }) == 0;
}

}  // namespace

Completed complete(FamilySnapshot& family, const std::vector<Label>& constant, bool utf8_names, std::string& why) {
  const auto refused = [&](std::string rule) {
    why = std::move(rule) + "; the family is left out";
    return Completed::Refused;
  };
  if (!valid_metric_name(family.name, utf8_names)) return refused("that is no metric name; rename it");
  const std::string_view reserved = own_label(family.type, family.name);
  if (!mend_unit(family)) why = "the name must end in its unit, which is left out; rename the metric";
  if (!mend_counters(family)) why = "a counter is negative or NaN, and left out; use a gauge for what may fall";
  for (auto& metric : family.metrics) {
    metric.labels.insert(metric.labels.begin(), constant.begin(), constant.end());
    if (!are_valid(metric.labels, reserved, utf8_names))
      return refused("a label name is no name, reserved, or there twice; rename the label");
    if (!are_values_valid(metric, family.type)) return refused(value_rule(family.type));
    if (family.type == MetricType::Info) metric.value = 1;
    if (!mend_exemplars(metric)) why = "an exemplar breaks a rule and is left out; give it fewer, or valid, labels";
  }
  if (!have_distinct_labels(family.metrics)) return refused("two series have the same labels; leave one of them out");
  return why.empty() ? Completed::Good : Completed::Mended;
}

}  // namespace vitals::detail
