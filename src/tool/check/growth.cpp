#include "tool/check/growth.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "core/text/nearest.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/joined.hpp"
#include "tool/check/native.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using BucketMap = std::map<double, double>;  // count by bound

bool is_selected(const Target& target, const Labels& labels) {
  return (!target.select || target.select->matches(labels)) && !target.except.matches(labels);
}

using LabelSets = std::vector<const Labels*>;

bool any_matches(const LabelSets& series, const Clause& clause) {
  return std::any_of(series.begin(), series.end(), [&](const Labels* labels) { return clause.matches(*labels); });
}

std::string nearest_label(const LabelSets& series, const std::string& label) {
  std::set<std::string_view> names;
  for (const auto* labels : series) {
    for (const auto& [name, value] : *labels) names.insert(name);
  }
  return detail::did_you_mean(label, names);
}

bool has_label(const LabelSets& series, const std::string& label) {
  return std::any_of(series.begin(), series.end(),
                     [&](const Labels* labels) { return !label_value(*labels, label).empty(); });
}

// What was probably meant by a clause that matches nothing: another label or another value.
std::string nearest_series(const LabelSets& series, const Clause& clause) {
  LabelSets rest = series;
  for (const auto& matcher : clause.matchers) {
    if (!has_label(series, matcher.label)) return nearest_label(series, matcher.label);
    LabelSets matching;
    std::copy_if(rest.begin(), rest.end(), std::back_inserter(matching),
                 [&](const Labels* labels) { return Clause{{matcher}}.matches(*labels); });
    if (matching.empty()) {
      std::set<std::string_view> values;
      for (const auto* labels : rest) values.insert(label_value(*labels, matcher.label));
      return detail::did_you_mean(matcher.globs.front(), values);
    }
    rest = std::move(matching);
  }
  return {};
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

// Whether it is what people write for all statuses of a class: 5xx.
bool is_status_class(std::string_view text) {
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && (text.substr(1) == "xx" || text.substr(1) == "XX");
}

bool is_status(std::string_view text) { return text.size() == 3 && text.find_first_not_of("0123456789") == text.npos; }

// Where statuses are grouped in classes, those of one status can't be told from the others of its class.
void require_told_apart(const Matcher& matcher, std::string_view status, const std::set<std::string_view>& values) {
  const std::string group{status.front(), 'x', 'x'};
  const auto is_counted = [&](const std::string& glob) { return glob_match(glob, group); };
  if (values.contains(group) && std::ranges::none_of(matcher.globs, is_counted))
    throw Unjudgeable(
        fmt::format("{0}={1} can't be told from others of {2}, as statuses are grouped in classes; count "
                    "{2}, or don't group them",
                    printable(matcher.label), printable(status), group));
}

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != text.npos; }

// What was probably meant by a value of `part` that no series has. Mostly nothing: errors that have not happened have
// no series. Numbers are near one another without being misspelt.
std::string part_hint(const Target& target, const LabelSets& series) {
  std::string hint;
  for (const auto& clause : target.part.clauses) {
    for (const auto& matcher : clause.matchers) {
      std::set<std::string_view> values;
      for (const auto* labels : series) values.insert(label_value(*labels, matcher.label));
      values.erase("");
      for (const auto& glob : matcher.globs) {
        if (is_status(glob)) require_told_apart(matcher, glob, values);
        if (glob.find_first_of("*?\\") != glob.npos || values.contains(glob)) continue;
        if (is_status_class(glob) && std::all_of(values.begin(), values.end(), is_status))
          throw Unjudgeable(fmt::format("{}={} is no pattern and matches no status; write {}*",
                                        printable(matcher.label), printable(glob), glob.front()));
        const auto near = has_digit(glob) ? std::string{} : detail::did_you_mean(glob, values);
        if (!near.empty() && hint.empty())
          hint = fmt::format("no series with {}={}{}", printable(matcher.label), printable(glob), near);
      }
    }
  }
  return hint;
}

template <class Value>
LabelSets labels_of(const std::map<Labels, Value>& series) {
  LabelSets result;
  for (const auto& entry : series) result.push_back(&entry.first);
  return result;
}

// The selected series.
template <class Value>
std::map<Labels, Value> selected(const Target& target, const std::map<Labels, Value>& series) {
  require_every_clause(target, labels_of(series));
  std::map<Labels, Value> result;
  for (const auto& entry : series) {
    if (is_selected(target, entry.first)) result.insert(entry);
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
  const auto text = creation_text(target, labels);
  const auto before = window.before.created().find(text);
  const auto after = window.after.created().find(text);
  if (before == window.before.created().end() || after == window.after.created().end()) return;
  if (!is_same_time(before->second, after->second))
    throw Unjudgeable(fmt::format("{} was made anew between the scrapes", printable(text, 200)));
}

// The growth of each selected series; grew(after, before) may throw, `before` is nullptr of a series that is new.
template <class Value, class Grew>
std::map<Labels, Value> growth(const Window& window, const Target& target, const std::map<Labels, Value>* before,
                               const std::map<Labels, Value>& after, const Grew& grew) {
  static const std::map<Labels, Value> none;
  if (!before) before = &none;
  for (const auto& entry : *before) {
    if (is_selected(target, entry.first) && !after.contains(entry.first))
      throw Unjudgeable("a series vanished between the scrapes");
  }
  auto result = selected(target, after);
  for (auto& [labels, value] : result) {
    const auto old = before->find(labels);
    value = grew(value, old == before->end() ? nullptr : &old->second);
    if (old != before->end()) require_same_creation(window, target, labels);
  }
  return result;
}

[[noreturn]] void throw_went_back() { throw Unjudgeable("a counter went back, as after a restart"); }

SeriesMap growth(const Window& window, const Target& target, const SeriesMap& after) {
  return growth(window, target, window.before.find(target.sample_name()), after, [&](double value, const double* old) {
    const double start = old ? *old : 0;
    if (!std::isfinite(value) || !std::isfinite(start) || start < 0)
      throw Unjudgeable(fmt::format("{} is no counter", target.sample_name()));
    if (value < start) throw_went_back();
    return value - start;
  });
}

NativeMap growth(const Window& window, const Target& target, const NativeMap& after) {
  return growth(window, target, window.before.find_native(target.metric), after,
                [](const NativeHistogram& value, const NativeHistogram* old) {
                  const auto grown = old ? difference(value, *old) : value;
                  if (!grown) throw_went_back();
                  return *grown;
                });
}

std::string group_name(const Target& target, const Labels& labels) {
  std::vector<std::string_view> values;
  for (const auto& label : target.each) values.push_back(label_value(labels, label));
  return joined(values, " ");
}

// The value of le as a number: "1", "1.0" and "1e0" are one bound.
double upper_bound(const Labels& labels) {
  auto text = label_value(labels, detail::kBucketLabel);
  if (text.starts_with('+')) text.remove_prefix(1);
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc{} || end != text.data() + text.size() || std::isnan(bound)) {
    throw Unjudgeable(fmt::format("a bucket has le='{}', which is no number", printable(text)));
  }
  return bound;
}

std::map<Labels, BucketMap> histograms(const SeriesMap& series) {
  std::map<Labels, BucketMap> result;
  for (const auto& [labels, grown] : series) {
    const double bound = upper_bound(labels);
    Labels rest = labels;
    std::erase_if(rest, [](const auto& label) { return label.first == detail::kBucketLabel; });
    if (!result[rest].emplace(bound, grown).second)
      throw Unjudgeable(fmt::format("a histogram has the bucket {} twice", bound));
  }
  return result;
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

std::vector<Group> values_of(std::map<std::string, Group>&& by_name) {
  std::vector<Group> result;
  for (auto& [name, group] : by_name) {
    group.name = name;
    result.push_back(std::move(group));
  }
  return result;
}

std::vector<Group> classic_groups(const Target& target, const SeriesMap& series) {
  std::map<std::string, Group> by_name;
  for (const auto& [labels, buckets] : histograms(series)) {
    add_buckets(by_name[group_name(target, labels)].buckets, buckets);
  }
  for (auto& [name, group] : by_name) {
    make_monotonic(group.buckets);
    group.samples = group.buckets.back().count;
  }
  return values_of(std::move(by_name));
}

std::vector<Group> native_groups(const Target& target, const NativeMap& series) {
  std::map<std::string, NativeHistogram> sums;
  for (const auto& [labels, histogram] : series) {
    const auto [sum, is_first] = sums.try_emplace(group_name(target, labels), histogram);
    if (!is_first) add(sum->second, histogram);
  }
  std::map<std::string, Group> by_name;
  for (const auto& [name, sum] : sums) {
    for (const auto& [index, count] : sum.negative) {
      if (count > 0) throw Unjudgeable("native histograms with values below 0 are not judged");
    }
    auto& group = by_name[name];
    group.buckets = cumulative(sum);
    group.samples = group.buckets.back().count;
    group.interpolation = Interpolation::Exponential;
  }
  return values_of(std::move(by_name));
}

std::vector<Group> counter_groups(const Target& target, const SeriesMap& series) {
  std::map<std::string, Group> by_name;
  const auto hint = part_hint(target, labels_of(series));
  for (const auto& [labels, grown] : series) {
    auto& group = by_name[group_name(target, labels)];
    group.note = hint;
    group.samples += grown;
    if (target.part.matches(labels) != target.is_of_the_rest) group.part += grown;
  }
  return values_of(std::move(by_name));
}

std::vector<Group> gauge_groups(const Target& target, const SeriesMap& series) {
  std::map<std::string, Group> by_name;
  for (const auto& [labels, value] : series) by_name[group_name(target, labels)].value += value;
  return values_of(std::move(by_name));
}

[[noreturn]] void throw_no_metric(const Window& window, const std::string& metric) {
  // With HttpNaming::OpenTelemetry. What is near is the histogram of all requests, without labels.
  if (metric.starts_with("http_request") && window.after.names().contains("http_server_request_duration_seconds"))
    throw Unjudgeable(fmt::format(
        "no metric {}: the service names its metrics as OpenTelemetry does; judge them by a targets file", metric));
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

// Those of a label's values that no series has; each that was probably misspelt by itself.
void note_missing(std::vector<std::string>& notes, const LabelSets& series, const Matcher& matcher) {
  std::set<std::string_view> others;
  for (const auto* labels : series) {
    if (!Clause{{matcher}}.matches(*labels)) others.insert(label_value(*labels, matcher.label));
  }
  std::vector<std::string> missing;
  for (const auto& glob : matcher.globs) {
    if (any_matches(series, {{{matcher.label, {glob}}}})) continue;
    const auto near = detail::did_you_mean(glob, others);
    if (near.empty()) {
      missing.push_back(printable(glob));
    } else {
      notes.push_back(fmt::format("no series with {}={}{}", matcher.label, printable(glob), near));
    }
  }
  if (!missing.empty()) notes.push_back(fmt::format("no series with {}={}", matcher.label, joined(missing, ", ")));
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
  if (target.told.empty() || !target.select) return {};
  LabelSets series;
  if (const auto* classic = window.after.find(target.sample_name())) series = labels_of(*classic);
  if (const auto* native = window.after.find_native(target.metric)) series = labels_of(*native);
  std::vector<std::string> notes;
  for (const auto& clause : target.select->clauses) {
    for (const auto& matcher : clause.matchers) {
      if (matcher.label == target.told) note_missing(notes, series, matcher);
    }
  }
  return joined(notes, "; ");
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
  return target.measure == Measure::Quantile ? classic_groups(target, grown) : counter_groups(target, grown);
}

}  // namespace vitals::tool
