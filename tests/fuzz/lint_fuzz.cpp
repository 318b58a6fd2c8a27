// Anything may be linted: the first byte chooses the format, the rest is the body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <vitals/lint.hpp>

#include "core/lint/rules.hpp"
#include "core/text/utf8.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Whether the table of rules gives the rule that severity, among others perhaps.
bool may_be(std::string_view id, vitals::LintProblem::Severity severity) {
  using vitals::detail::LintRuleSeverity;
  const auto rule = vitals::detail::lint_rule_of(id);
  if (!rule) return false;
  const auto listed = vitals::detail::entry_of(*rule).severity;
  return listed == LintRuleSeverity::Varies ||
         (listed == LintRuleSeverity::Error) == (severity == vitals::LintProblem::Severity::Error);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = static_cast<vitals::LintFormat>(data[0] % 4);
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto problems = vitals::lint_exposition(body, format);
  require(problems.size() <= vitals::kMaxLintProblems + 1);
  std::size_t last = 0;
  for (const auto& problem : problems) {
    require(problem.line >= last && problem.line <= body.size() + 1 && problem.column <= body.size() + 1);
    require(may_be(problem.rule, problem.severity) && problem.message.size() < 2000 && problem.metric.size() < 2000);
    require(vitals::detail::is_valid_utf8(problem.message) && vitals::detail::is_valid_utf8(problem.metric));
    last = problem.line;
  }
  (void)vitals::detect_lint_format(body);
  (void)vitals::lint_format_of(body);
  return 0;
}
