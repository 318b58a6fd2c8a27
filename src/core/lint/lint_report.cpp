#include "core/lint/lint_report.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "core/formats/text_pieces.hpp"
#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {

using Severity = LintProblem::Severity;

constexpr std::size_t kMaxName = 200;  // of a metric, as it is shown

}  // namespace

LintReport::LintReport(const std::vector<std::string>& ignored, bool warnings) : warnings_too_{warnings} {
  for (const auto& id : ignored) {
    if (const auto rule = lint_rule_of(id)) ignored_.set(static_cast<std::size_t>(*rule));
  }
}

bool LintReport::wanted(Severity severity, LintRule rule) const noexcept {
  return (warnings_too_ || severity == Severity::Error) && !ignored_[static_cast<std::size_t>(rule)];
}

void LintReport::add(LintPosition at, std::string_view metric, LintRule rule, std::string message) {
  const bool warning = entry_of(rule).severity == LintRuleSeverity::Warning;
  add(warning ? Severity::Warning : Severity::Error, at, metric, rule, std::move(message));
}

void LintReport::add(Severity severity, LintPosition at, std::string_view metric, LintRule rule, std::string message) {
  if (!wanted(severity, rule)) return;
  auto& problems = severity == Severity::Error ? errors_ : warnings_;
  if (problems.size() >= kMaxLintProblems) {
    dropped_ = true;
    full_ = full_ || severity == Severity::Error;
    return;
  }
  std::string name = printable(metric, kMaxName);  // a name may be as long as the body that it stands in
  if (!listed_.emplace(at.line, at.column, rule, name, message).second) return;
  problems.push_back(
      {at.line, at.column, std::move(name), std::string{entry_of(rule).id}, std::move(message), severity});
}

std::vector<LintProblem> LintReport::take() {
  auto all = std::move(errors_);
  const auto room = std::min(kMaxLintProblems - all.size(), warnings_.size());
  dropped_ = dropped_ || room < warnings_.size();
  std::move(warnings_.begin(), warnings_.begin() + static_cast<std::ptrdiff_t>(room), std::back_inserter(all));
  std::stable_sort(all.begin(), all.end(), [](const LintProblem& a, const LintProblem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (dropped_ && !all.empty() && wanted(Severity::Warning, LintRule::TooManyProblems)) {
    all.push_back({all.back().line, all.back().column, "", std::string{entry_of(LintRule::TooManyProblems).id},
                   "there are more problems than the " + std::to_string(all.size()) + " listed; mend these first",
                   Severity::Warning});
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
