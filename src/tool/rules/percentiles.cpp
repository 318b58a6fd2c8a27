#include "tool/rules/percentiles.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/rules/record_test.hpp"

namespace vitals::tool {
namespace {

// All observations in the first bucket, then all between 2 and 4, then none.
std::vector<PhasedSeries> fast_then_slow(const std::string& metric, const Labels& labels, bool is_gauge) {
  const auto with = [&labels](const char* le) {
    auto all = labels;
    all.emplace_back("le", le);
    return all;
  };
  return {{metric, with("1"), {64, 0, 0}, is_gauge},
          {metric, with("2"), {64, 0, 0}, is_gauge},
          {metric, with("4"), {64, 64, 0}, is_gauge},
          {metric, with("+Inf"), {64, 64, 0}, is_gauge}};
}

// Half of both, if the window is as long as it should be; with one sample less somewhat more of the slow ones.
BetweenPhases half_slow(double objective) {
  if (objective <= 0.5) return {1, 1.25, 1.25};
  const double exact = 2 + 2 * (objective - 0.5) / 0.5;
  return {1, exact, 0.4 * (2 + 2 * objective - exact)};
}

void test_percentile(Draft& draft, const std::string& record, double objective, const Labels& labels,
                     std::vector<PhasedSeries> series, bool has_window) {
  RecordTest test{.record = record,
                  .what = "interpolated in its bucket; of no observation none",
                  .series = std::move(series),
                  .query = record,
                  .labels = labels,
                  .values = {objective, 2 + 2 * objective, std::nullopt}};
  if (has_window) test.between = {half_slow(objective)};
  add_test(draft, test);
}

}  // namespace

std::string percentile_suffix(double objective) {
  auto name = detail::percentile_name(objective);
  std::ranges::replace(name, '.', '_');
  return name + "_5m";
}

void add_bucket_rates(Draft& draft, std::string_view group, const std::string& metric) {
  const auto name = fmt::format("job_le:{}_bucket:rate5m", metric);
  draft.record(group, name, draft.select.rate_by("job, le", metric + "_bucket", kRateWindow));
  add_test(draft, {.record = name,
                   .what = "buckets of all series are summed by their bound",
                   .series = {{metric + "_bucket", {{"instance", "a"}, {"le", "1"}}, {40, 60}},
                              {metric + "_bucket", {{"instance", "b"}, {"le", "1"}}, {24, 36}}},
                   .query = name,
                   .labels = {{"le", "1"}},
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
}

void add_percentile_of_all(Draft& draft, std::string_view group, const std::string& metric, double objective) {
  const auto name = fmt::format("job:{}:{}", metric, percentile_suffix(objective));
  const auto buckets = fmt::format("job_le:{}_bucket:rate5m", metric);
  draft.record(group, name,
               fmt::format("histogram_quantile({}, {})\nand on (job) {} > 0", number(objective),
                           draft.select.series(buckets), draft.select.series(buckets, {equals("le", "+Inf")})));
  test_percentile(draft, name, objective, {}, fast_then_slow(buckets, {}, true), false);
}

void add_percentile_by(Draft& draft, std::string_view group, const std::string& prefix, const Labels& labels,
                       const std::string& metric, double objective) {
  const auto name = fmt::format("{}:{}:{}", prefix, metric, percentile_suffix(objective));
  std::string by = "job";
  for (const auto& label : labels) by += ", " + label.first;
  draft.record(group, name,
               fmt::format("histogram_quantile({}, {})\nand on ({}) {} > 0", number(objective),
                           draft.select.rate_by(by + ", le", metric + "_bucket", kRateWindow), by,
                           draft.select.rate_by(by, metric + "_count", kRateWindow)));
  auto series = fast_then_slow(metric + "_bucket", labels, false);
  series.push_back({metric + "_count", labels, {64, 64, 0}});
  test_percentile(draft, name, objective, labels, std::move(series), true);
}

}  // namespace vitals::tool
