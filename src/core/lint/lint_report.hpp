#pragma once

#include <bitset>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <vitals/lint_declaration.hpp>

#include "core/lint/rules.hpp"

namespace vitals::detail {

struct LintPosition {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// Collects the problems that are wanted: each once, and a limited number.
class LintReport {
 public:
  /// Wants all problems, or leaves out the warnings, or those of some rules. What is left out does not count for the
  /// limit.
  LintReport() = default;
  LintReport(const std::vector<std::string>& ignored, bool warnings);

  /// With the severity of the rule. REQUIRES: it does not vary.
  void add(LintPosition at, std::string_view metric, LintRule rule, std::string message);
  /// For rules whose severity varies.
  void add(LintProblem::Severity severity, LintPosition at, std::string_view metric, LintRule rule,
           std::string message);
  void error(LintPosition at, std::string_view metric, LintRule rule, std::string message) {
    add(LintProblem::Severity::Error, at, metric, rule, std::move(message));
  }
  void warning(LintPosition at, std::string_view metric, LintRule rule, std::string message) {
    add(LintProblem::Severity::Warning, at, metric, rule, std::move(message));
  }

  /// An error was dropped, so that reading on is of no use.
  [[nodiscard]] bool full() const noexcept { return full_; }
  /// The problems by line and column. If there were too many, warnings were left out before errors.
  [[nodiscard]] std::vector<LintProblem> take();

 private:
  [[nodiscard]] bool wanted(LintProblem::Severity severity, LintRule rule) const noexcept;

  // Of a problem: line, column, rule, metric, message.
  using Listed = std::tuple<std::size_t, std::size_t, LintRule, std::string, std::string>;

  std::bitset<kLintRules> ignored_;
  bool warnings_too_ = true;
  // Kept apart, so that a text full of warnings can't hide its errors.
  std::vector<LintProblem> errors_;
  std::vector<LintProblem> warnings_;
  std::set<Listed> listed_;
  bool dropped_ = false;
  bool full_ = false;
};

/// "text", fit to be shown.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// As in the formats: 0.5, 1e+06, +Inf.
[[nodiscard]] std::string number_text(double value);

}  // namespace vitals::detail
