#include "tool/rules/record_test.hpp"

#include <cmath>
#include <utility>

#include <fmt/core.h>

namespace vitals::tool {

void add_test(Draft& draft, const RecordTest& record) {
  const auto phases = record.values.size();
  TestCase test{draft, record.record, record.what, std::chrono::seconds{0}, record.family};
  const auto window = test.steps(record.window);
  const auto length = window + 3;
  const auto with_job = [&draft](const Labels& labels) {
    Labels all{{"job", draft.job()}};
    all.insert(all.end(), labels.begin(), labels.end());
    return all;
  };
  for (const auto& series : record.series) {
    auto line = test.line();
    for (const auto& value : series.values) {
      if (!value) {
        line.missing(length);
      } else if (series.is_gauge) {
        line.hold(*value, length);
      } else {
        line.count(*value, length);
      }
    }
    auto labels = with_job(series.labels);
    if (!series.job.empty()) labels.front().second = series.job;
    test.give(series.metric, labels, line);
  }
  const auto labels = with_job(record.labels);
  for (std::size_t i = 0; i < phases; ++i) {
    for (const auto& between : record.between) {
      if (between.phase == i)
        test.expect(record.record, labels, i * length - 1 + window / 2, between.value, between.tolerance);
    }
    const auto end = (i + 1) * length - 1;
    if (record.values[i]) {
      test.expect(record.record, labels, end, *record.values[i]);
    } else {
      test.expect_none(record.record, labels, end);
    }
  }
  test.add();
}

void add_ratio(Draft& draft, std::string_view group, const std::string& name, const std::string& part,
               const std::string& whole, const Labels& labels, std::vector<PhasedSeries> recorded_of) {
  draft.record(group, name, fmt::format("{} / ({} > 0)", draft.select.series(part), draft.select.series(whole)));
  if (recorded_of.empty()) recorded_of = {{part, labels, {0.125, 0}, true}, {whole, labels, {0.5, 0}, true}};
  add_test(draft, {.record = name,
                   .what = "of nothing there is none",
                   .series = std::move(recorded_of),
                   .labels = labels,
                   .values = {0.25, std::nullopt}});
}

BetweenPhases halfway(std::size_t phase, double before, double after) {
  return {phase, (before + after) / 2, 0.2 * std::abs(after - before)};
}

}  // namespace vitals::tool
