#include "tool/rules/draft.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/core.h>

#include "core/text/quantity.hpp"

namespace vitals::tool {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// What takes long is tested with long steps: each step costs an evaluation of all rules. They divide a week, which is
// the longest offset.
constexpr std::array<seconds, 3> kLongSteps{minutes{5}, hours{1}, hours{6}};
// Of fewer, times and windows of other lengths would not be told from each other.
constexpr int kFewestSteps = 12;

// Percentiles other than these have the page of P99AboveSLA: what is to be done is the same.
std::string page_of(const std::string& alert) {
  return alert.starts_with('P') && alert.ends_with("AboveSLA") && alert != "P50AboveSLA" ? "P99AboveSLA" : alert;
}

}  // namespace

Draft::Draft(const ServiceLevels& of, std::string name, std::string job, std::string runbooks)
    : levels{of}, select{std::move(job)}, runbooks_{std::move(runbooks)} {
  pack.tests = {{name + ".test.yml", kInterval}};
  for (const auto step : kLongSteps) pack.tests.push_back({fmt::format("{}.{}.test.yml", name, duration(step)), step});
  pack.name = std::move(name);
}

RuleGroup& Draft::group(std::string_view name, seconds interval) {
  const auto found = std::ranges::find(pack.groups, name, &RuleGroup::name);
  if (found != pack.groups.end()) return *found;
  pack.groups.push_back({std::string{name}, interval});
  return pack.groups.back();
}

RuleTests& Draft::tests_of(seconds length) {
  const auto has_enough = [length](const RuleTests& tests) { return length >= kFewestSteps * tests.step; };
  const auto found = std::find_if(pack.tests.rbegin(), pack.tests.rend() - 1, has_enough);
  return *found;
}

void Draft::record(std::string_view of_group, std::string name, std::string expr, Labels labels) {
  group(of_group).rules.push_back(
      {.kind = Rule::Kind::Record, .name = std::move(name), .expr = std::move(expr), .labels = std::move(labels)});
}

Rule Draft::alert(RuleGroup& to, Rule rule, std::string summary, std::string description) {
  rule.kind = Rule::Kind::Alert;
  rule.annotations = {{"summary", std::move(summary)},
                      {"description", std::move(description)},
                      {"runbook_url", fmt::format("{}/{}.md", runbooks_, page_of(rule.name))}};
  auto& added = to.rules.emplace_back(rule);
  for (auto& label : added.labels) label.second = template_text(label.second);
  return rule;
}

std::string template_text(const std::string& text) {
  return text.find("{{") == std::string::npos ? text : fmt::format("{{{{ {} }}}}", string_literal(text));
}

std::string for_time(seconds wait) { return wait == seconds{0} ? "" : " for " + duration(wait); }

TestCase::TestCase(Draft& draft, std::string rule, std::string what, seconds length, std::string family)
    : tests_{draft.tests_of(length)}, job_{draft.job()}, test_{{std::move(rule)},
                                                               std::move(what),
                                                               std::move(family),
                                                               {},
                                                               {},
                                                               !draft.select.job().empty()} {}

std::size_t TestCase::steps(seconds time) const {
  return static_cast<std::size_t>((time + step() - seconds{1}) / step());
}

void TestCase::give(std::string_view metric, const Labels& labels, const std::string& values) {
  test_.inputs.push_back({std::string{metric}, labels, values});
}

void TestCase::expect(const std::string& record, const Labels& labels, std::size_t at, double value, double tolerance) {
  const double rounding = 1e-9 * std::abs(value);
  test_.expected.push_back({record,
                            labels,
                            at,
                            {{labels, 1}},
                            "abs(",
                            fmt::format(" - {}) <= bool {}", number(value), number(tolerance + rounding))});
}

void TestCase::expect_none(const std::string& metric, const Labels& labels, std::size_t at) {
  test_.expected.push_back({metric, labels, at});
}

void TestCase::expect_alerts(const Rule& rule, std::size_t at, std::string_view state,
                             const std::vector<Labels>& series) {
  auto expected = alerts_of(rule, at);
  for (const auto& labels : series) {
    Labels all{{"alertname", rule.name}, {"alertstate", std::string{state}}};
    all.insert(all.end(), labels.begin(), labels.end());
    all.insert(all.end(), rule.labels.begin(), rule.labels.end());
    expected.samples.emplace_back(std::move(all), 1);
  }
  test_.expected.push_back(std::move(expected));
}

void TestCase::expect_no_alert(const Rule& rule, std::size_t at) { test_.expected.push_back(alerts_of(rule, at)); }

// Without what rules add by themselves.
Expectation TestCase::alerts_of(const Rule& rule, std::size_t at) const {
  Labels labels{{"alertname", rule.name}};
  if (!test_.is_alone) labels.emplace_back("job", job_);
  labels.insert(labels.end(), rule.labels.begin(), rule.labels.end());
  return {"ALERTS", std::move(labels), at};
}

void TestCase::add() { tests_.tests.push_back(std::move(test_)); }

}  // namespace vitals::tool
