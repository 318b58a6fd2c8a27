#include "tool/check/growth.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "tool/check/joined.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using BucketMap = std::map<double, double>;  // count by bound

bool is_selected(const Target& target, const Labels& labels) {
  return (!target.select || target.select->matches(labels)) && !target.except.matches(labels);
}

// A misspelt route must not go unnoticed among routes that are spelt right.
void require_every_clause(const Target& target, const SeriesMap& series) {
  if (!target.select) return;
  for (const auto& clause : target.select->clauses) {
    const bool found =
        std::any_of(series.begin(), series.end(), [&](const auto& entry) { return clause.matches(entry.first); });
    if (!found) throw Unjudgeable(fmt::format("no series with {}", printable(clause.text())));
  }
}

void require_label(const std::vector<Growth>& series, const std::string& label) {
  const bool found = std::any_of(series.begin(), series.end(),
                                 [&](const Growth& one) { return !label_value(one.labels, label).empty(); });
  if (!found) throw Unjudgeable(fmt::format("no series has the label {}", label));
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

std::map<Labels, BucketMap> histograms(const std::vector<Growth>& series) {
  std::map<Labels, BucketMap> result;
  for (const auto& one : series) {
    const double bound = upper_bound(one.labels);
    Labels rest = one.labels;
    std::erase_if(rest, [](const auto& label) { return label.first == detail::kBucketLabel; });
    if (!result[rest].emplace(bound, one.by).second)
      throw Unjudgeable(fmt::format("a histogram has the bucket {} twice", bound));
  }
  return result;
}

void add_buckets(std::vector<Bucket>& sum, const BucketMap& buckets) {
  if (buckets.size() < 2 || !std::isinf(buckets.rbegin()->first))
    throw Unjudgeable("a histogram has no +Inf bucket or no other");
  if (sum.empty()) {
    for (const auto& [bound, count] : buckets) sum.push_back({bound, count});
    return;
  }
  const bool same = std::equal(sum.begin(), sum.end(), buckets.begin(), buckets.end(),
                               [](const Bucket& a, const auto& b) { return a.upper_bound == b.first; });
  if (!same) throw Unjudgeable("histograms with different buckets can't be summed; select fewer, or add 'each'");
  auto it = buckets.begin();
  for (auto& bucket : sum) bucket.count += (it++)->second;
}

std::vector<Group> values_of(std::map<std::string, Group>&& by_name) {
  std::vector<Group> result;
  for (auto& [name, group] : by_name) {
    group.name = name;
    result.push_back(std::move(group));
  }
  return result;
}

}  // namespace

std::vector<Growth> growth(const Window& window, const Target& target, const std::string& sample_name) {
  static const SeriesMap none;
  const auto* after = window.after.find(sample_name);
  const auto* found = window.before.find(sample_name);
  if (!after) throw Unjudgeable(fmt::format("no metric {}", sample_name));
  const auto& before = found ? *found : none;

  require_every_clause(target, *after);
  std::vector<Growth> result;
  for (const auto& [labels, value] : *after) {
    if (!is_selected(target, labels)) continue;
    const auto old = before.find(labels);
    const double start = old == before.end() ? 0 : old->second;
    if (!std::isfinite(value) || !std::isfinite(start) || start < 0)
      throw Unjudgeable(fmt::format("{} is no counter", sample_name));
    if (value < start) throw Unjudgeable("a counter went back: the process was restarted");
    result.push_back({labels, value - start});
  }
  for (const auto& [labels, value] : before) {
    if (is_selected(target, labels) && !after->contains(labels))
      throw Unjudgeable("a series vanished between the scrapes");
  }
  if (result.empty()) throw Unjudgeable(fmt::format("no series of {} is selected", sample_name));
  return result;
}

std::vector<Group> groups(const Window& window, const Target& target) {
  const bool quantile = target.measure == Measure::Quantile;
  const auto type = window.after.type(target.metric);
  const auto wanted = detail::text_type_name(quantile ? MetricType::Histogram : MetricType::Counter);
  if (!type.empty() && type != wanted && type != detail::text_type_name(MetricType::Untyped))
    throw Unjudgeable(fmt::format("{} is a {}, not a {}", target.metric, type, wanted));
  const auto series = growth(window, target, target.sample_name());
  for (const auto& label : target.each) require_label(series, label);
  for (const auto& clause : target.part.clauses) {
    for (const auto& matcher : clause.matchers) require_label(series, matcher.label);
  }

  std::map<std::string, Group> by_name;
  if (quantile) {
    for (const auto& [labels, buckets] : histograms(series)) {
      add_buckets(by_name[group_name(target, labels)].buckets, buckets);
    }
    for (auto& [name, group] : by_name) {
      make_monotonic(group.buckets);
      group.samples = group.buckets.back().count;
    }
    return values_of(std::move(by_name));
  }
  for (const auto& one : series) {
    auto& group = by_name[group_name(target, one.labels)];
    group.samples += one.by;
    if (target.part.matches(one.labels)) group.part += one.by;
  }
  return values_of(std::move(by_name));
}

}  // namespace vitals::tool
