// What can be said of a metric before it has a value.
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"
#include "support/test_path.hpp"

namespace vitals {
namespace {

struct DeclarationCase {
  const char* rule;
  LintProblem::Severity severity;
  LintDeclaration bad;
  LintDeclaration good;
};

LintDeclaration declared(const std::string& name, MetricType type, std::vector<std::string> labels = {}) {
  return {.name = name, .help = "Help.", .type = type, .labels = std::move(labels)};
}

LintDeclaration gauge(const std::string& name, std::vector<std::string> labels = {}) {
  return declared(name, MetricType::Gauge, std::move(labels));
}

LintDeclaration counter(const std::string& name) { return declared(name, MetricType::Counter); }

LintDeclaration histogram(const std::string& name, std::vector<double> bounds = {},
                          std::vector<std::string> labels = {}) {
  auto one = declared(name, MetricType::Histogram, std::move(labels));
  one.bounds = std::move(bounds);
  return one;
}

void expect_declarations(const std::vector<DeclarationCase>& cases) {
  for (const auto& one : cases) {
    const auto problems = lint_declaration(one.bad);
    ASSERT_EQ(problems.size(), 1U) << one.rule << ": " << one.bad.name << "\n" << shown(problems);
    EXPECT_EQ(problems.front().rule, one.rule) << shown(problems);
    EXPECT_EQ(problems.front().severity, one.severity) << shown(problems);
    EXPECT_TRUE(may_be(one.rule, one.severity)) << one.rule << " has another severity in the table of rules";
    EXPECT_EQ(problems.front().metric, one.bad.name);
    EXPECT_EQ(problems.front().line, 0U);
    EXPECT_EQ(shown(lint_declaration(one.good)), "") << one.rule << ": " << one.good.name;
  }
}

TEST(LintDeclaration, DataModel) {
  expect_declarations({
      {"invalid-metric-name", kError, gauge("a.x"), gauge("a_x")},
      {"invalid-metric-name", kError, gauge(""), gauge("a")},
      {"invalid-label-name", kError, gauge("a", {"x.y"}), gauge("a", {"x_y"})},
      {"reserved-label-name", kError, gauge("a", {"__x"}), gauge("a", {"x"})},
      {"reserved-label-name", kWarning, gauge("a", {"_x"}), gauge("a", {"x"})},
      {"reserved-label", kError, histogram("a", {1}, {"le"}), histogram("a", {1}, {"x"})},
      {"reserved-label", kError, declared("a", MetricType::Summary, {"quantile"}), declared("a", MetricType::Summary)},
      {"reserved-label", kError, declared("a", MetricType::StateSet, {"a"}),
       declared("a", MetricType::StateSet, {"b"})},
      {"invalid-label-name", kError, gauge("a", {""}), gauge("a")},
      {"duplicate-label", kError, gauge("a", {"x", "y", "x"}), gauge("a", {"x", "y"})},
      {"bucket-bounds", kError, histogram("a", {1, 1}), histogram("a", {1, 2})},
      {"bucket-bounds", kError, histogram("a", {1, std::numeric_limits<double>::infinity()}), histogram("a", {1})},
      {"bucket-bounds", kError, histogram("a", {std::numeric_limits<double>::quiet_NaN()}), histogram("a", {1})},
  });
}

TEST(LintDeclaration, Units) {
  auto wrong = counter("a_bytes_total");
  wrong.unit = "seconds";
  auto right = wrong;
  right.unit = "bytes";
  auto info = declared("a_info", MetricType::Info);
  info.unit = "info";

  expect_declarations({{"unit-suffix", kError, wrong, right},
                       {"unit-not-allowed", kError, info, declared("a_info", MetricType::Info)}});
}

// The registry refuses the same.
TEST(LintDeclaration, OnlyCountersHaveTotalAfterTheirUnit) {
  auto one = gauge("a_seconds_total");
  one.unit = "seconds";

  EXPECT_NE(shown(lint_declaration(one)).find("[unit-suffix]"), std::string::npos);

  one.type = MetricType::Counter;
  EXPECT_EQ(shown(lint_declaration(one)), "");
}

TEST(LintDeclaration, ConstantLabelsAreLabels) {
  for (const auto* name : {"le", "clusterName"}) {
    auto constant = gauge("a");
    constant.constant_labels = {{name, "1"}};
    const std::string rule = name == std::string{"le"} ? "[reserved-label]" : "[camel-case]";
    EXPECT_NE(shown(lint_declaration(constant)).find(rule), std::string::npos) << name;
  }
}

TEST(LintDeclaration, Suffixes) {
  expect_declarations({
      {"counter-total", kWarning, counter("a"), counter("a_total")},
      {"non-counter-total", kWarning, gauge("a_total"), gauge("a")},
      {"non-counter-total", kWarning, histogram("a_total"), histogram("a")},
      {"reserved-suffix", kWarning, gauge("a_bucket"), histogram("a_bucket")},
      {"reserved-suffix", kWarning, gauge("a_count"), histogram("a_count")},
      {"reserved-suffix", kWarning, gauge("a_sum"), declared("a_sum", MetricType::Summary)},
      {"reserved-suffix", kWarning, gauge("a_created"), gauge("a")},
      {"reserved-label", kWarning, gauge("a", {"le"}), gauge("a", {"x"})},
      {"reserved-label", kWarning, histogram("a", {}, {"quantile"}), histogram("a")},
      {"info-suffix", kWarning, declared("a", MetricType::Info), declared("a_info", MetricType::Info)},
      {"info-type", kWarning, histogram("a_info"), gauge("a_info")},
  });
}

TEST(LintDeclaration, WordsOfNames) {
  expect_declarations({
      {"type-in-name", kWarning, gauge("a_gauge"), gauge("gauge")},
      {"type-in-name", kWarning, counter("a_counter_total"), counter("counter_total")},
      {"type-in-name", kWarning, gauge("A_GAUGE"), gauge("GAUGE")},
      {"reserved-colon", kWarning, gauge("a:x"), gauge("a_x")},
      {"camel-case", kWarning, gauge("anApple"), gauge("an_apple")},
      {"camel-case", kWarning, gauge("a", {"xY"}), gauge("a", {"XY"})},
      {"base-unit", kWarning, gauge("a_minutes"), gauge("a_seconds")},
      {"base-unit", kWarning, gauge("a_kibibytes"), gauge("a_bytes")},
      {"base-unit", kWarning, gauge("a_milliseconds_max"), gauge("a_metres")},
      {"unit-abbreviation", kWarning, gauge("a_ms"), gauge("ms_a")},
      {"unit-abbreviation", kWarning, gauge("A_MS_max"), gauge("MS_A")},
      {"unit-abbreviation", kWarning, gauge("a_s_s"), gauge("a_seconds_seconds")},
      {"ratio-not-percent", kWarning, gauge("a_percent"), gauge("a_ratio")},
      {"timestamp-name", kWarning, gauge("a_timestamp"), gauge("a_timestamp_seconds")},
      {"label-in-name", kWarning, gauge("a_by_http_path", {"http_path"}), gauge("a_by_paths", {"path"})},
      {"label-in-name", kWarning, gauge("a_per_path_seconds", {"path"}), gauge("a_path_seconds", {"path"})},
  });
}

TEST(LintDeclaration, HelpLabelsAndBuckets) {
  auto without_help = gauge("a");
  without_help.help = " ";
  auto constant = gauge("a");
  constant.constant_labels = {{"region", "west"}};
  std::vector<double> many(201);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i + 1);

  expect_declarations({
      {"help-missing", kWarning, without_help, gauge("a")},
      {"constant-label", kWarning, constant, gauge("a")},
      {"bucket-not-positive", kWarning, histogram("a_seconds", {0, 1}), histogram("a_celsius", {0, 1})},
      {"too-many-buckets", kWarning, histogram("a", {many.begin(), many.begin() + 51}, {"x"}),
       histogram("a", {many.begin(), many.begin() + 50}, {"x"})},
      {"too-many-buckets", kWarning, histogram("a", many), histogram("a", {many.begin(), many.end() - 1})},
  });
}

TEST(LintDeclaration, EmptyConstantLabel) {
  auto constant = gauge("a");
  constant.constant_labels = {{"region", ""}};

  EXPECT_EQ(lint_declaration(constant).front().rule, "empty-label-value");
}

// The rows of docs/metrics.md: | `name` | type | label ("a value", "another"), label | what | by |
std::vector<LintDeclaration> documented_metrics() {
  std::ifstream file(test_path("../docs/metrics.md"));
  const std::regex row(R"(^\| `(\w+)` \| (\w+) \| ([^|]*)\| ([^|]+) \|.*)");
  std::vector<LintDeclaration> all;
  for (std::string line; std::getline(file, line);) {
    std::smatch cells;
    if (!std::regex_match(line, cells, row)) continue;
    auto& one = all.emplace_back(declared(cells[1], cells[2] == "counter"     ? MetricType::Counter
                                                    : cells[2] == "histogram" ? MetricType::Histogram
                                                                              : MetricType::Gauge));
    one.help = cells[4];
    const std::string labels = std::regex_replace(cells[3].str(), std::regex(R"(\([^)]*\))"), "");
    const std::regex word(R"(\w+)");
    for (std::sregex_iterator label(labels.begin(), labels.end(), word), end; label != end; ++label)
      one.labels.push_back(label->str());
  }
  return all;
}

TEST(LintDeclaration, WhatVitalsExportsItselfIsClean) {
  const auto metrics = documented_metrics();

  EXPECT_GT(metrics.size(), 80U);
  for (const auto& one : metrics) EXPECT_EQ(shown(lint_declaration(one)), "") << one.name;
  EXPECT_EQ(shown(lint_declaration(declared("node_cpu_seconds_total", MetricType::Counter, {"cpu", "mode"}))), "");
}

TEST(LintDeclaration, BearsHostileNames) {
  const auto problems = lint_declaration(gauge(std::string(1'000'000, '_'), {std::string(1'000'000, '_'), "\xff\n"}));

  for (const auto& problem : problems) EXPECT_LT(problem.message.size(), 1000U);
  EXPECT_FALSE(problems.empty());
}

}  // namespace
}  // namespace vitals
