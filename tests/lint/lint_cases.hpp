#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "core/lint/rules.hpp"

namespace vitals {

/// A text with one fault, and the same without it.
struct LintCase {
  const char* rule;
  LintProblem::Severity severity;
  std::size_t line;
  std::size_t column;
  std::string bad;
  std::string good;
};

inline constexpr auto kError = LintProblem::Severity::Error;
inline constexpr auto kWarning = LintProblem::Severity::Warning;

/// HELP and TYPE, in two lines.
inline std::string head(const std::string& name, const std::string& type) {
  return "# HELP " + name + " Help.\n# TYPE " + name + " " + type + "\n";
}

inline std::string shown(const std::vector<LintProblem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += testing::PrintToString(problem) + "\n";
  return text;
}

/// Whether the table of rules gives the rule that severity, among others perhaps.
inline bool may_be(std::string_view rule, LintProblem::Severity severity) {
  const auto listed = detail::entry_of(detail::lint_rule_of(rule).value()).severity;
  return listed == detail::LintRuleSeverity::Varies ||
         (listed == detail::LintRuleSeverity::Error) == (severity == LintProblem::Severity::Error);
}

inline void expect_case(const LintCase& one, LintFormat format) {
  const auto problems = lint_exposition(one.bad, format);
  ASSERT_EQ(problems.size(), 1U) << one.rule << " in\n" << one.bad << "\n" << shown(problems);
  const auto& problem = problems.front();
  EXPECT_EQ(problem.rule, one.rule) << one.bad << "\n" << shown(problems);
  EXPECT_EQ(problem.severity, one.severity) << one.bad << "\n" << shown(problems);
  EXPECT_EQ(problem.line, one.line) << one.bad << "\n" << shown(problems);
  EXPECT_EQ(problem.column, one.column) << one.bad << "\n" << shown(problems);
  EXPECT_FALSE(problem.message.empty());
  EXPECT_TRUE(may_be(one.rule, one.severity)) << one.rule << " has another severity in the table of rules";
  EXPECT_EQ(shown(lint_exposition(one.good, format)), "") << one.rule << ", corrected:\n" << one.good;
}

}  // namespace vitals
