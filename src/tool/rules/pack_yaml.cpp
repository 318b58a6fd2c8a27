#include "tool/rules/pack_yaml.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/core.h>
#include <fmt/format.h>

#include "tool/rules/promql.hpp"

namespace vitals::tool {
namespace {

// Each line of `text` with this before it.
std::string indented(std::string_view text, std::string_view indent) {
  std::string result;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    result.append(indent).append(line).append("\n");
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return result;
}

// A text of one line without control characters between single quotes: PromQL, which is full of double ones, stays
// readable.
std::string single_quoted(std::string_view text) {
  std::string result{'\''};
  for (const char c : text) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + '\'';
}

std::string map_yaml(std::string_view key, const Labels& entries) {
  if (entries.empty()) return {};
  auto result = fmt::format("        {}:\n", key);
  for (const auto& [name, value] : entries) result += fmt::format("          {}: {}\n", name, string_literal(value));
  return result;
}

std::string time_yaml(std::string_view key, std::chrono::seconds time) {
  return time.count() == 0 ? "" : fmt::format("        {}: {}\n", key, duration(time));
}

std::string rule_yaml(const Rule& rule) {
  auto result =
      fmt::format("      - {}: {}\n        expr: |\n", rule.kind == Rule::Kind::Record ? "record" : "alert", rule.name);
  result += indented(rule.expr, "          ");
  result += time_yaml("for", rule.wait);
  result += time_yaml("keep_firing_for", rule.keep);
  result += map_yaml("labels", rule.labels);
  result += map_yaml("annotations", rule.annotations);
  return result;
}

std::string test_name(const RuleTest& test) {
  return string_literal(fmt::format("{}: {}", fmt::join(test.rules, ", "), test.what));
}

// The jobs of a test have its number, if it has one.
std::string of_test(std::string_view metric, Labels labels, const std::string& number) {
  for (auto& [label, value] : labels) {
    if (label == "job") value += number;
  }
  return labelled(metric, labels);
}

std::string inputs_yaml(const RuleTest& test, const std::string& number) {
  std::string result;
  for (const auto& [metric, labels, values] : test.inputs)
    result += fmt::format("      - series: {}\n        values: {}\n", single_quoted(of_test(metric, labels, number)),
                          single_quoted(values));
  return result;
}

std::string expected_yaml(const RuleTest& test, const std::string& number, std::chrono::seconds step) {
  std::string result;
  for (const auto& one : test.expected) {
    result += fmt::format("      - expr: {}\n        eval_time: {}\n",
                          single_quoted(one.before + of_test(one.metric, one.labels, number) + one.after),
                          duration(static_cast<std::chrono::seconds::rep>(one.step) * step));
    result += one.samples.empty() ? "        exp_samples: []\n" : "        exp_samples:\n";
    for (const auto& [labels, value] : one.samples)
      result += fmt::format("          - labels: {}\n            value: {}\n",
                            single_quoted(of_test(one.before.empty() ? one.metric : "", labels, number)),
                            tool::number(value));
  }
  return result;
}

std::string case_yaml(const std::vector<const RuleTest*>& tests, std::chrono::seconds step) {
  const bool is_one = tests.size() == 1;
  std::string inputs;
  std::string expected;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    const auto number = is_one ? "" : fmt::format("-{}", i + 1);
    if (!is_one) {
      inputs += fmt::format("      # {}: {}\n", i + 1, test_name(*tests[i]));
      expected += fmt::format("      # {}\n", i + 1);
    }
    inputs += inputs_yaml(*tests[i], number);
    expected += expected_yaml(*tests[i], number, step);
  }
  const auto name = is_one ? test_name(*tests.front()) : string_literal("tests by the number of their job");
  return fmt::format("  - name: {}\n    interval: {}\n    input_series:\n{}    promql_expr_test:\n{}", name,
                     duration(step), inputs, expected);
}

}  // namespace

std::string rules_yaml(const Pack& pack, const std::string& head) {
  auto result = head + "groups:\n";
  for (const auto& group : pack.groups) {
    result +=
        fmt::format("  - name: {}_{}\n    interval: {}\n    rules:\n", pack.name, group.name, duration(group.interval));
    for (const auto& rule : group.rules) result += rule_yaml(rule);
  }
  return result;
}

std::string tests_yaml(const Pack& pack, const RuleTests& tests, const std::string& head) {
  auto result = fmt::format("{}rule_files:\n  - {}.rules.yml\nevaluation_interval: {}\ntests:\n", head, pack.name,
                            duration(tests.step));
  for (const auto& one : cases_of(tests)) result += case_yaml(one, tests.step);
  return result;
}

}  // namespace vitals::tool
