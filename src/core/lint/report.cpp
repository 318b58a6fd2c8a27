#include "core/lint/report.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "core/formats/text_pieces.hpp"
#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kMaxName = 200;  // of a metric, as it is shown
}

bool LintReport::wanted(LintProblem::Severity severity, std::string_view rule) const {
  return (warnings_too_ || severity == LintProblem::Severity::Error) &&
         std::find(ignored_.begin(), ignored_.end(), rule) == ignored_.end();
}

void LintReport::add(LintProblem::Severity severity, LintPosition at, std::string_view metric, std::string_view rule,
                     std::string message) {
  if (!wanted(severity, rule)) return;
  auto& problems = severity == LintProblem::Severity::Error ? errors_ : warnings_;
  if (problems.size() >= kMaxLintProblems) {
    dropped_ = true;
    full_ = full_ || severity == LintProblem::Severity::Error;
    return;
  }
  if (!listed_.emplace(at.line, at.column, rule, metric, message).second) return;
  problems.push_back(
      {at.line, at.column, printable(metric, kMaxName), std::string{rule}, std::move(message), severity});
}

std::vector<LintProblem> LintReport::take() {
  auto all = std::move(errors_);
  const auto room = std::min(kMaxLintProblems - all.size(), warnings_.size());
  dropped_ = dropped_ || room < warnings_.size();
  std::move(warnings_.begin(), warnings_.begin() + static_cast<std::ptrdiff_t>(room), std::back_inserter(all));
  std::stable_sort(all.begin(), all.end(), [](const LintProblem& a, const LintProblem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (dropped_ && !all.empty() && wanted(LintProblem::Severity::Warning, "too-many-problems")) {
    all.push_back({all.back().line, all.back().column, "", "too-many-problems",
                   "there are more problems than the " + std::to_string(all.size()) + " listed; mend these first",
                   LintProblem::Severity::Warning});
  }
  return all;
}

std::string in_quotes(std::string_view text) { return '"' + printable(text) + '"'; }

std::string number_text(double value) {
  std::string text;
  append_number(text, value);
  return text;
}

}  // namespace vitals::detail
