#include "tool/rules/pack_yaml.hpp"

#include <string_view>

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

std::string test_yaml(const RuleTest& test, std::chrono::seconds step) {
  auto result =
      fmt::format("  - name: {}\n    interval: {}\n    input_series:\n",
                  string_literal(fmt::format("{}: {}", fmt::join(test.rules, ", "), test.what)), duration(step));
  for (const auto& [series, values] : test.inputs)
    result += fmt::format("      - series: {}\n        values: {}\n", single_quoted(series), single_quoted(values));
  result += "    promql_expr_test:\n";
  for (const auto& [query, at, samples] : test.expected) {
    result += fmt::format("      - expr: {}\n        eval_time: {}\n", single_quoted(query),
                          duration(static_cast<std::chrono::seconds::rep>(at) * step));
    result += samples.empty() ? "        exp_samples: []\n" : "        exp_samples:\n";
    for (const auto& [labels, value] : samples)
      result += fmt::format("          - labels: {}\n            value: {}\n", single_quoted(labels), number(value));
  }
  return result;
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
  for (const auto& test : tests.tests) result += test_yaml(test, tests.step);
  return result;
}

}  // namespace vitals::tool
