#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <vitals/lint.hpp>

#include "core/lint_hash.hpp"

namespace vitals::detail {

struct LintPosition {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// Collects the problems that are wanted: each once, and a limited number.
class LintReport {
 public:
  LintReport() = default;
  explicit LintReport(LintOptions options) : options_{std::move(options)} {}

  void error(LintPosition at, std::string_view metric, std::string_view rule, std::string message) {
    add(LintProblem::Severity::Error, at, metric, rule, std::move(message));
  }
  void warning(LintPosition at, std::string_view metric, std::string_view rule, std::string message) {
    add(LintProblem::Severity::Warning, at, metric, rule, std::move(message));
  }
  void add(LintProblem::Severity severity, LintPosition at, std::string_view metric, std::string_view rule,
           std::string message);

  /// An error was dropped: whoever reads may stop.
  [[nodiscard]] bool full() const noexcept { return full_; }
  /// By line and column; when there were too many, the errors first.
  [[nodiscard]] std::vector<LintProblem> take();

 private:
  [[nodiscard]] bool wanted(LintProblem::Severity severity, std::string_view rule) const;

  LintOptions options_{};
  // Apart, so that a text full of warnings can't hide its errors.
  std::vector<LintProblem> errors_;
  std::vector<LintProblem> warnings_;
  std::unordered_set<Fingerprint, FingerprintHash> listed_;
  bool dropped_ = false;
  bool full_ = false;
};

/// "text", fit to be shown.
[[nodiscard]] std::string in_quotes(std::string_view text);  // not quoted(): that finds std::quoted too
/// As in the formats: 0.5, 1e+06, +Inf.
[[nodiscard]] std::string number_text(double value);

}  // namespace vitals::detail
