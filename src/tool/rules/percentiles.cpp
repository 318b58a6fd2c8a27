#include "tool/rules/percentiles.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/rules/record_test.hpp"

namespace vitals::tool {
namespace {

// All observations in the first bucket, then all between 2 and 4, then all above, then none.
std::vector<PhasedSeries> fast_to_none(const std::string& metric, const Labels& labels, bool is_gauge) {
  const auto with = [&labels](const char* le) {
    auto all = labels;
    all.emplace_back("le", le);
    return all;
  };
  return {{metric, with("1"), {0.5, 0, 0, 0}, is_gauge},
          {metric, with("2"), {0.5, 0, 0, 0}, is_gauge},
          {metric, with("4"), {0.5, 0.5, 0, 0}, is_gauge},
          {metric, with("+Inf"), {0.5, 0.5, 0.5, 0}, is_gauge}};
}

// Half of both, if the window is as long as it should be; with one sample less somewhat more of the slow ones.
BetweenPhases half_slow(double objective) {
  if (objective <= 0.5) return {1, 1.25, 1.25};
  const double exact = 2 + 2 * (objective - 0.5) / 0.5;
  return {1, exact, 0.4 * (2 + 2 * objective - exact)};
}

void test_percentile(Draft& draft, const std::string& record, double objective, const Labels& labels,
                     std::vector<PhasedSeries> series, bool has_window) {
  Labels own{{"job", draft.job()}};
  own.insert(own.end(), labels.begin(), labels.end());
  RecordTest test{.record = record,
                  .what = "interpolated in its bucket; above all of them the last bound; of no observation none",
                  .series = std::move(series),
                  .labels = labels,
                  .values = {objective, 2 + 2 * objective, 4, std::nullopt}};
  if (has_window) test.between = {half_slow(objective), {3, 4, 0}};
  add_test(draft, test);
}

// Observations of others, which say nothing of these: a series for each label, in which that is another.
void give_others(const Draft& draft, std::vector<PhasedSeries>& series, const std::string& metric, const Labels& labels,
                 bool is_gauge) {
  if (draft.select.job().empty()) series.push_back({metric, labels, {1, 1, 1, 1}, is_gauge, "other"});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].first == "le") continue;
    auto other = labels;
    other[i].second = "other";
    series.push_back({metric, std::move(other), {1, 1, 1, 1}, is_gauge});
  }
}

}  // namespace

std::string percentile_suffix(double objective) {
  auto name = detail::percentile_name(objective);
  std::ranges::replace(name, '.', '_');
  return name + "_5m";
}

std::string percentile_of(double objective, const std::string& buckets, std::string_view by, const std::string& count) {
  return fmt::format("histogram_quantile({}, {})\nand on ({}) {} > 0", number(objective), buckets, by, count);
}

std::string bucket_record(std::string_view metric) { return fmt::format("job_le:{}_bucket:rate5m", metric); }

void add_bucket_rates(Draft& draft, std::string_view group, const std::string& metric) {
  const auto name = bucket_record(metric);
  draft.record(group, name, draft.select.rate_by("job, le", metric + "_bucket", kRateWindow));
  add_test(draft, {.record = name,
                   .what = "buckets of all series are summed by their bound",
                   .series = {{metric + "_bucket", {{"instance", "a"}, {"le", "1"}}, {40, 60}},
                              {metric + "_bucket", {{"instance", "b"}, {"le", "1"}}, {24, 36}}},
                   .labels = {{"le", "1"}},
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
}

void add_percentile_of_all(Draft& draft, std::string_view group, const std::string& metric, double objective) {
  const auto name = fmt::format("job:{}:{}", metric, percentile_suffix(objective));
  const auto buckets = bucket_record(metric);
  draft.record(group, name,
               percentile_of(objective, draft.select.series(buckets), "job",
                             draft.select.series(buckets, {equals("le", "+Inf")})));
  auto series = fast_to_none(buckets, {}, true);
  give_others(draft, series, buckets, {{"le", "+Inf"}}, true);
  test_percentile(draft, name, objective, {}, std::move(series), false);
}

void add_percentile_by(Draft& draft, std::string_view group, const std::string& prefix, const Labels& labels,
                       const std::string& metric, double objective) {
  const auto name = fmt::format("{}:{}:{}", prefix, metric, percentile_suffix(objective));
  std::string by = "job";
  for (const auto& label : labels) by += ", " + label.first;
  draft.record(group, name,
               percentile_of(objective, draft.select.rate_by(by + ", le", metric + "_bucket", kRateWindow), by,
                             draft.select.rate_by(by, metric + "_count", kRateWindow)));
  auto series = fast_to_none(metric + "_bucket", labels, false);
  series.push_back({metric + "_count", labels, {0.5, 0.5, 0.5, 0}});
  give_others(draft, series, metric + "_count", labels, false);
  test_percentile(draft, name, objective, labels, std::move(series), true);
}

}  // namespace vitals::tool
