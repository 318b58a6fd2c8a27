#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <vitals/lint_declaration.hpp>

#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"

namespace vitals::detail {

/// Where the problems of a declaration go.
struct LintTarget {
  LintReport& report;
  LintPosition at;
  std::string_view metric;

  /// As the members of LintReport.
  void add(LintRule rule, std::string message) const { report.add(at, metric, rule, std::move(message)); }
  void error(LintRule rule, std::string message) const { report.error(at, metric, rule, std::move(message)); }
  void warning(LintRule rule, std::string message) const { report.warning(at, metric, rule, std::move(message)); }
};

/// Checks what the data model says of a unit.
void lint_unit_suffix(const LintDeclaration& declaration, const LintTarget& target);

/// Warns of what promlint and the conventions advise against.
void lint_conventions(const LintDeclaration& declaration, const LintTarget& target);

/// Warns of buckets that are of little use.
void lint_buckets(const LintDeclaration& declaration, const LintTarget& target);

}  // namespace vitals::detail
