#include "core/registry/collected.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
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

// What the type doesn't allow about these values, and the fix; empty: nothing. An info that is 0 was given no value.
// What contradicts itself is refused, not mended: nobody can tell which of the numbers was meant.

constexpr auto kMostCount = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
constexpr const char* kTooLarge = "a count is 2^63 or more, as a negative one is; give counts from 0";

// The rule of a sum: where all observations, by the buckets, have one sign, it has none of the other. NaN is the sum of
// infinities of both signs, or of NaN.
std::string sum_fault(const MetricSnapshot& metric) {
  if (metric.count == 0 && metric.sum != 0 && !std::isnan(metric.sum))
    return "the count is 0 and the sum is not; give both of one moment";
  std::uint64_t up_to_zero = 0;
  bool has_bound = false;  // that tells the signs apart
  for (const auto& bucket : metric.buckets) {
    if (bucket.upper_bound > 0) break;
    up_to_zero = bucket.cumulative_count;
    has_bound = true;
  }
  if (has_bound && up_to_zero == 0 && metric.sum < 0)
    return "the sum is negative, and by the buckets no observation is; give both of one moment";
  if (has_bound && up_to_zero == metric.count && metric.sum > 0)
    return "the sum is positive, and by the buckets no observation is; give both of one moment";
  return {};
}

std::string histogram_fault(const MetricSnapshot& metric, MetricType type) {
  const auto& buckets = metric.buckets;
  const auto not_before = [](const auto& a, const auto& b) { return !(a.upper_bound < b.upper_bound); };
  const auto falls = [](const auto& a, const auto& b) { return b.cumulative_count < a.cumulative_count; };
  const bool ascend = std::adjacent_find(buckets.begin(), buckets.end(), not_before) == buckets.end();
  if (!ascend || (!buckets.empty() && std::isnan(buckets.front().upper_bound)))
    return "bucket bounds must ascend, none NaN, none twice; sort them";
  if (!buckets.empty() && buckets.back().upper_bound != std::numeric_limits<double>::infinity())
    return "the bucket +Inf is missing; add it, with the count of all observations";
  if (metric.count > kMostCount) return kTooLarge;
  if (std::adjacent_find(buckets.begin(), buckets.end(), falls) != buckets.end())
    return "bucket counts must be cumulative, none less than that of the bound before; add them up, of one moment";
  if (!buckets.empty() && buckets.back().cumulative_count != metric.count)
    return "the bucket +Inf holds " + std::to_string(buckets.back().cumulative_count) +
           " observations and the count is " + std::to_string(metric.count) + "; make them equal";
  if (metric.native.present && (!has_native(metric) || count_of(metric) != metric.count))
    return "native buckets must have a schema from -4 to 8, ascending indexes that it has, and counts that add up to "
           "that of the histogram; mend them";
  // What a gauge histogram sums up comes and goes, which leaves what rounding made of it.
  return type == MetricType::GaugeHistogram ? "" : sum_fault(metric);
}

std::string summary_fault(const MetricSnapshot& metric) {
  std::set<double> seen;
  const bool are_good = std::all_of(metric.quantiles.begin(), metric.quantiles.end(), [&](const auto& quantile) {
    return quantile.quantile >= 0 && quantile.quantile <= 1 && seen.insert(quantile.quantile).second;
  });
  if (!are_good) return "quantiles must be from 0 to 1, none twice; mend them";
  return metric.count > kMostCount ? kTooLarge : "";  // a summary may have a sum alone
}

std::string state_set_fault(const MetricSnapshot& metric) {
  std::set<std::string> seen;
  const bool are_good =
      !metric.states.empty() && std::all_of(metric.states.begin(), metric.states.end(), [&](const auto& state) {
        return !state.name.empty() && seen.insert(to_valid_utf8(state.name)).second;
      });
  return are_good ? "" : "a state set must have states, each with a name of its own; mend them";
}

std::string fault_of(const MetricSnapshot& metric, MetricType type) {
  // Nanoseconds and microseconds, which are likely mistakes, come out later.
  constexpr UnixMillis kEndOf9999 = 253'402'300'799'999;
  if (metric.timestamp < 0 || metric.timestamp > kEndOf9999)
    return "timestamp " + std::to_string(metric.timestamp) +
           ": it must be milliseconds since 1970, up to the year 9999; convert it, or leave it 0";
  switch (type) {
    case MetricType::Info:
      return metric.value == 1 || metric.value == 0 ? "" : "the value of an info must be 1; set that";
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return histogram_fault(metric, type);
    case MetricType::Summary:
      return summary_fault(metric);
    case MetricType::StateSet:
      return state_set_fault(metric);
    case MetricType::Counter:  // mend_counters
    case MetricType::Gauge:
    case MetricType::Untyped:
      break;
  }
  return {};
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
  return family.type != MetricType::Counter ||
         std::erase_if(family.metrics, [](const MetricSnapshot& metric) { return !(metric.value >= 0); }) == 0;
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
    if (auto fault = fault_of(metric, family.type); !fault.empty()) return refused(std::move(fault));
    if (family.type == MetricType::Info) metric.value = 1;
    if (!mend_exemplars(metric)) why = "an exemplar breaks a rule and is left out; give it fewer, or valid, labels";
  }
  if (!have_distinct_labels(family.metrics)) return refused("two series have the same labels; leave one of them out");
  return why.empty() ? Completed::Good : Completed::Mended;
}

}  // namespace vitals::detail
