#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <vitals/lint.hpp>

#include "core/lint/lint_report.hpp"
#include "core/lint/rules.hpp"

namespace vitals::detail {

/// Where a check reports to, and for which format and metric.
struct LintContext {
  LintReport& report;
  LintFormat format;
  std::string_view metric;

  [[nodiscard]] bool is_openmetrics() const noexcept { return format == LintFormat::OpenMetrics; }
  /// As the members of LintReport.
  void add(LintPosition at, LintRule rule, std::string message) const {
    report.add(at, metric, rule, std::move(message));
  }
  void error(LintPosition at, LintRule rule, std::string message) const {
    report.error(at, metric, rule, std::move(message));
  }
  void warning(LintPosition at, LintRule rule, std::string message) const {
    report.warning(at, metric, rule, std::move(message));
  }
  /// Reports what is an error in OpenMetrics and a warning in the other formats.
  void strict(LintPosition at, LintRule rule, std::string message) const {
    is_openmetrics() ? error(at, rule, std::move(message)) : warning(at, rule, std::move(message));
  }
};

}  // namespace vitals::detail
