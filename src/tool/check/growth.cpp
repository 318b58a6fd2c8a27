#include "tool/check/growth.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "core/text/nearest.hpp"
#include "tool/check/classic.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/hints.hpp"
#include "tool/check/joined.hpp"
#include "tool/check/native.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

bool is_selected(const Target& target, const Labels& labels) {
  return (!target.select || target.select->matches(labels)) && !target.except.matches(labels);
}

// A misspelt route must not go unnoticed among routes that are spelt right.
void require_every_clause(const Target& target, const LabelSets& series) {
  if (!target.select) return;
  for (const auto& clause : target.select->clauses) {
    if (!any_matches(series, clause))
      throw Unjudgeable(fmt::format("no series with {}{}", printable(clause.text()), nearest_series(series, clause)));
  }
}

void require_labels(const Target& target, const LabelSets& series) {
  const auto require = [&](const std::string& label) {
    if (!has_label(series, label))
      throw Unjudgeable(fmt::format("no series has the label {}{}", label, nearest_label(series, label)));
  };
  for (const auto& label : target.each) require(label);
  for (const auto& clause : target.part.clauses) {
    for (const auto& matcher : clause.matchers) require(matcher.label);
  }
}

// The selected series.
template <class Value>
std::map<Labels, Value> selected(const Target& target, const std::map<Labels, Value>& series) {
  require_every_clause(target, labels_of(series));
  std::map<Labels, Value> result;
  for (const auto& entry : series) {
    if (is_selected(target, entry.first)) result.insert(result.end(), entry);
  }
  if (result.empty()) throw NoSeriesYet(fmt::format("no series of {} is selected", target.metric));
  require_labels(target, labels_of(result));
  return result;
}

// Of which series a counter, histogram or summary knows when it was made: le tells buckets apart, not series.
std::string creation_text(const Target& target, const Labels& labels) {
  Labels rest = labels;
  std::erase_if(rest, [](const auto& label) { return label.first == detail::kBucketLabel; });
  return series_text(target.metric, rest);
}

// A series that ended and came again counts from 0, also if it is above its old value by now.
void require_same_creation(const Window& window, const Target& target, const Labels& labels) {
  if (window.before.created().empty() || window.after.created().empty()) return;
  const auto text = creation_text(target, labels);
  const auto before = window.before.created().find(text);
  const auto after = window.after.created().find(text);
  if (before == window.before.created().end() || after == window.after.created().end()) return;
  if (!is_same_time(before->second, after->second))
    throw Unjudgeable(fmt::format("{} was made anew between the scrapes", printable(text, 200)));
}

std::string shown_series(std::string_view name, const Labels& labels) {
  return printable(series_text(name, labels), 200);
}

// The growth of each selected series; grew(labels, after, before) may throw, `before` is nullptr of a series that is
// new.
template <class Value, class Grew>
std::map<Labels, Value> growth(const Window& window, const Target& target, std::string_view name,
                               const std::map<Labels, Value>* before, const std::map<Labels, Value>& after,
                               const Grew& grew) {
  static const std::map<Labels, Value> none;
  if (!before) before = &none;
  // All are sorted by labels: they are walked side by side.
  auto now = after.begin();
  for (const auto& [labels, value] : *before) {
    while (now != after.end() && now->first < labels) ++now;
    if ((now == after.end() || now->first != labels) && is_selected(target, labels))
      throw Unjudgeable(fmt::format("{} vanished between the scrapes", shown_series(name, labels)));
  }
  auto result = selected(target, after);
  auto old = before->begin();
  for (auto& [labels, value] : result) {
    while (old != before->end() && old->first < labels) ++old;
    const bool is_old = old != before->end() && old->first == labels;
    value = grew(labels, value, is_old ? &old->second : nullptr);
    if (is_old) require_same_creation(window, target, labels);
  }
  return result;
}

SeriesMap growth(const Window& window, const Target& target, const SeriesMap& after) {
  const auto name = target.sample_name();
  const auto grew = [&](const Labels& labels, double value, const double* old) {
    const double start = old ? *old : 0;
    const auto is_count = [](double number) { return std::isfinite(number) && number >= 0; };
    if (!is_count(start))
      throw Unjudgeable(fmt::format("{} was {}: it is no counter", shown_series(name, labels), start));
    if (!std::isfinite(value))
      throw Unjudgeable(fmt::format("{} is {}: it is no counter", shown_series(name, labels), value));
    if (value < start)
      throw Unjudgeable(
          fmt::format("{} went back from {} to {}, as after a restart", shown_series(name, labels), start, value));
    return value - start;
  };
  return growth(window, target, name, window.before.find(name), after, grew);
}

NativeMap growth(const Window& window, const Target& target, const NativeMap& after) {
  const auto grew = [&](const Labels& labels, const NativeHistogram& value, const NativeHistogram* old) {
    const auto grown = old ? difference(value, *old) : value;
    if (!grown)
      throw Unjudgeable(fmt::format("a bucket of {} went back, as after a restart: its count was {}, and is {}",
                                    shown_series(target.metric, labels), old->count, value.count));
    return *grown;
  };
  return growth(window, target, target.metric, window.before.find_native(target.metric), after, grew);
}

// The group of a series among those that there are, or a new one.
template <class Grouped>
Grouped& group_of(const Target& target, const Labels& labels, std::map<std::vector<std::string>, Grouped>& all) {
  std::vector<std::string> values;
  for (const auto& label : target.each) values.emplace_back(label_value(labels, label));
  return all[std::move(values)];
}

// Counts are cumulative: they stay exact at the bounds that all have.
void add_buckets(std::vector<Bucket>& sum, const BucketMap& buckets) {
  if (buckets.size() < 2 || !std::isinf(buckets.rbegin()->first))
    throw Unjudgeable("a histogram has no +Inf bucket or no other; native buckets are in protobuf alone");
  if (sum.empty()) {
    for (const auto& [bound, count] : buckets) sum.push_back({bound, count});
    return;
  }
  std::erase_if(sum, [&](const Bucket& bucket) { return !buckets.contains(bucket.upper_bound); });
  if (sum.size() < 2)
    throw Unjudgeable("histograms whose buckets have no bound in common can't be summed; select fewer, or add 'each'");
  for (auto& bucket : sum) bucket.count += buckets.at(bucket.upper_bound);
}

using Grouping = std::map<std::vector<std::string>, Group>;

std::vector<Group> groups_of(Grouping&& grouping) {
  std::vector<Group> result;
  for (auto& [values, group] : grouping) {
    group.name = joined(values, " ");
    group.values = values;
    result.push_back(std::move(group));
  }
  return result;
}

std::vector<Group> classic_groups(const Target& target, const SeriesMap& series) {
  Grouping grouping;
  for (const auto& [labels, buckets] : histograms(series)) {
    add_buckets(group_of(target, labels, grouping).buckets, buckets);
  }
  for (auto& [values, group] : grouping) {
    group.samples = group.buckets.back().count;
  }
  return groups_of(std::move(grouping));
}

std::vector<Group> native_groups(const Target& target, const NativeMap& series) {
  std::map<std::vector<std::string>, std::optional<NativeHistogram>> sums;
  for (const auto& [labels, histogram] : series) {
    auto& sum = group_of(target, labels, sums);
    if (sum)
      add(*sum, histogram);
    else
      sum = histogram;
  }
  Grouping grouping;
  for (const auto& [values, sum] : sums) {
    for (const auto& [index, count] : sum->negative) {
      if (count > 0) throw Unjudgeable("native histograms with values below 0 are not judged");
    }
    auto& group = grouping[values];
    group.buckets = cumulative(*sum);
    group.samples = group.buckets.back().count;
    group.interpolation = Interpolation::Exponential;
  }
  return groups_of(std::move(grouping));
}

std::vector<Group> counter_groups(const Target& target, const SeriesMap& series) {
  Grouping grouping;
  const auto hint = part_hint(target, labels_of(series));
  for (const auto& [labels, grown] : series) {
    auto& group = group_of(target, labels, grouping);
    group.note = hint;
    group.samples += grown;
    if (target.part.matches(labels) != target.is_of_the_rest) group.part += grown;
  }
  return groups_of(std::move(grouping));
}

std::vector<Group> gauge_groups(const Target& target, const SeriesMap& series) {
  Grouping grouping;
  for (const auto& [labels, value] : series) group_of(target, labels, grouping).value += value;
  return groups_of(std::move(grouping));
}

[[noreturn]] void throw_no_metric(const Window& window, const std::string& metric) {
  // With HttpNaming::OpenTelemetry. What is near is the histogram of all requests, without labels.
  if (metric.starts_with("http_request") && window.after.names().contains("http_server_request_duration_seconds"))
    throw Unjudgeable(
        fmt::format("no metric {}: the service names its metrics as OpenTelemetry does; service levels judge those "
                    "with 'metrics: opentelemetry'",
                    metric));
  throw Unjudgeable(fmt::format("no metric {}{}", metric, detail::did_you_mean(metric, window.after.names())));
}

void require_type(const Window& window, const Target& target) {
  static constexpr MetricType kTypes[] = {MetricType::Histogram, MetricType::Counter, MetricType::Counter,
                                          MetricType::Gauge};
  const auto type = window.after.type(target.metric);
  const auto wanted = detail::text_type_name(kTypes[static_cast<int>(target.measure)]);
  if (!type.empty() && type != wanted && type != detail::text_type_name(MetricType::Untyped))
    throw Unjudgeable(fmt::format("{} is a {}, not a {}", target.metric, type, wanted));
}

// Of each group its part of the same group of `whole`.
void make_shares(const Window& window, const Target& target, std::vector<Group>& groups) {
  auto of_whole = target;
  of_whole.metric = target.whole;
  require_type(window, of_whole);
  const auto* series = window.after.find(target.whole);
  if (!series) throw_no_metric(window, target.whole);
  const auto wholes = gauge_groups(of_whole, selected(of_whole, *series));
  for (auto& group : groups) {
    const auto whole =
        std::find_if(wholes.begin(), wholes.end(), [&](const Group& one) { return one.name == group.name; });
    if (whole == wholes.end() || !(whole->value > 0))
      throw Unjudgeable(fmt::format("{} of {} is missing or not above 0", target.whole, printable(group.name)));
    group.value /= whole->value;
  }
}

}  // namespace

std::string missing_values(const Window& window, const Target& target) {
  if (const auto* native = window.after.find_native(target.metric)) return missing_values(target, labels_of(*native));
  const auto* series = window.after.find(target.sample_name());
  return series ? missing_values(target, labels_of(*series)) : std::string{};
}

bool is_there(const Window& window, const Target& target) {
  const auto has = [&](const Scrape& scrape) {
    return scrape.names().contains(target.metric) || scrape.find(target.sample_name()) ||
           scrape.find_native(target.metric);
  };
  return has(window.before) || has(window.after);
}

std::vector<Group> groups(const Window& window, const Target& target) {
  require_type(window, target);
  const auto* series = window.after.find(target.sample_name());
  const auto* native = window.after.find_native(target.metric);
  if (series && native) throw Unjudgeable("some of its histograms have classic buckets, others native ones alone");
  // Those of the other kind would count from 0.
  if ((series && window.before.find_native(target.metric)) || (native && window.before.find(target.sample_name())))
    throw Unjudgeable("its buckets are classic in one scrape and native alone in the other");
  if (native && target.measure == Measure::Quantile) return native_groups(target, growth(window, target, *native));
  if (!series) {
    if (window.before.find(target.sample_name()) || window.before.find_native(target.metric))
      throw Unjudgeable(fmt::format("{} vanished between the scrapes", target.metric));
    if (window.after.names().contains(target.metric)) throw NoSeriesYet("it has no series yet: nothing happened");
    throw_no_metric(window, target.metric);
  }
  if (target.measure == Measure::Gauge) {
    auto result = gauge_groups(target, selected(target, *series));
    if (!target.whole.empty()) make_shares(window, target, result);
    return result;
  }
  const auto grown = growth(window, target, *series);
  if (target.measure == Measure::Quantile) require_truthful(window, target, grown);
  return target.measure == Measure::Quantile ? classic_groups(target, grown) : counter_groups(target, grown);
}

}  // namespace vitals::tool
