#include "tool/rules/threshold_alert.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

using std::chrono::seconds;

// Series that don't change are of one length, so that tests which share them can be made one.
constexpr std::size_t kOfMost = 60;

Labels with_job(const Draft& draft, const Labels& labels) {
  Labels all{{"job", draft.job()}};
  all.insert(all.end(), labels.begin(), labels.end());
  return all;
}

void give(TestCase& test, const Draft& draft, const TestSeries& series, const Timeline& values) {
  test.give(series.metric, with_job(draft, series.labels), values);
}

void give_constants(TestCase& test, const Draft& draft, const ThresholdAlert& alert, std::size_t steps) {
  for (const auto& [series, value] : alert.given) give(test, draft, series, test.line().hold(value, steps));
}

void test_threshold(Draft& draft, const ThresholdAlert& alert, const Rule& rule) {
  // By the shortest time that it has: of longer steps, keep_firing_for would be one, and twice that time as well.
  const auto shortest = alert.keep > seconds{0} ? alert.keep : alert.wait;
  TestCase test{draft, alert.name, "on the threshold, beyond it, and back", shortest, alert.family};
  const auto wait = test.steps(alert.wait);
  const auto keep = test.steps(alert.keep);
  constexpr std::size_t kBefore = 2;
  const auto back = kBefore + wait + 2;
  const auto end = back + keep + 2;
  give(test, draft, alert.tested,
       test.line().hold(alert.good, kBefore).hold(alert.bad, back - kBefore).hold(alert.good, end - back));
  const auto longest = std::max(end, kOfMost);
  give_constants(test, draft, alert, longest);
  if (alert.guard) give(test, draft, alert.guard->tested, test.line().hold(2 * alert.guard->limit, longest));

  const std::vector<Labels> alerts{with_job(draft, alert.tested.labels)};
  test.expect_no_alert(rule, kBefore - 1);
  if (wait > 0) test.expect_alerts(rule, kBefore, "pending", alerts);
  if (wait > 1) test.expect_alerts(rule, kBefore + wait - 1, "pending", alerts);
  test.expect_alerts(rule, kBefore + wait, "firing", alerts);
  if (keep > 0) test.expect_alerts(rule, back + keep - 1, "firing", alerts);
  test.expect_no_alert(rule, back + keep);
  test.add();
}

// The series of a guard that are not the alert's: each differs in one label.
std::vector<Labels> others_of(const Draft& draft, const Guard& guard) {
  std::vector<Labels> result;
  const auto own = with_job(draft, guard.tested.labels);
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (guard.on.find(own[i].first) == std::string::npos || (i == 0 && !draft.select.job().empty())) continue;
    result.push_back(own);
    result.back()[i].second += "2";
  }
  return result;
}

void test_guard(Draft& draft, const ThresholdAlert& alert, const Rule& rule) {
  const auto& guard = *alert.guard;
  constexpr std::size_t kMissing = 3;
  constexpr std::size_t kFew = 12;
  constexpr std::size_t kEnd = kMissing + kFew + 2;
  TestCase test{draft, alert.name, "nothing to judge, then too little, then enough", kEnd * kInterval, alert.family};
  give(test, draft, alert.tested, test.line().missing(1).hold(alert.bad, kEnd - 1));
  give_constants(test, draft, alert, kEnd);
  give(test, draft, guard.tested, test.line().missing(kMissing).hold(guard.limit, kFew).hold(guard.limit * 1.001, 2));
  for (const auto& labels : others_of(draft, guard))
    test.give(guard.tested.metric, labels, test.line().hold(2 * guard.limit, kEnd));

  test.expect_no_alert(rule, kMissing - 1);
  test.expect_no_alert(rule, kEnd - 3);
  test.expect_alerts(rule, kEnd - 2, alert.wait > seconds{0} ? "pending" : "firing",
                     {with_job(draft, alert.tested.labels)});
  test.add();
}

}  // namespace

void set_limit(ThresholdAlert& alert, const std::string& comparison, double limit) {
  constexpr double kLittle = 1e-6;
  alert.comparison = comparison;
  alert.limit = limit;
  alert.good = limit;
  alert.bad = comparison == ">" ? limit * (1 + kLittle) : limit * (1 - kLittle);
}

Rule add_alert(Draft& draft, RuleGroup& group, const ThresholdAlert& alert) {
  auto expr = fmt::format("{} {} {}", alert.value, alert.comparison, number(alert.limit));
  if (alert.guard)
    expr += fmt::format("\nand on ({}) {} > {}", alert.guard->on, alert.guard->expr, number(alert.guard->limit));
  auto rule = draft.alert(group,
                          {.kind = Rule::Kind::Alert,
                           .name = alert.name,
                           .expr = std::move(expr),
                           .wait = alert.wait,
                           .keep = alert.keep,
                           .labels = alert.labels},
                          alert.summary, alert.description);
  test_threshold(draft, alert, rule);
  if (alert.guard) test_guard(draft, alert, rule);
  return rule;
}

}  // namespace vitals::tool
