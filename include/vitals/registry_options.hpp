#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

struct LintProblem;

/// What all metrics of a registry have in common.
struct RegistryOptions {
  /// Constant labels of every series, before its own, none of which may have their names. Prometheus adds `instance`
  /// and `job` by itself.
  std::vector<Label> labels{};
  /// Metric and label names may be any UTF-8 text (Prometheus 3), exposed in the Escaping that is asked for, else with
  /// underscores. Otherwise names must match [a-zA-Z_:][a-zA-Z0-9_:]* (labels: no colon).
  bool utf8_names = false;
  /// Called for each thing that promlint and its like object to in a new declaration (docs/lint.md has the rules), on
  /// the thread that registers, after the registration. A counter is judged by the name that it was given, with
  /// `_total` or without; what add_collector() adds is not judged.
  std::function<void(const LintProblem&)> on_lint{};
  /// Such a declaration is refused instead: std::invalid_argument.
  bool refuse_lint = false;
  /// Rules that these two leave out, such as "counter-total" where FamilyOptions::exact_name is meant. One that is none
  /// of lint_rules() is refused: std::invalid_argument.
  std::vector<std::string> ignored_lint{};
  /// Called for each thing that a scrape leaves out because of a callback or collector that threw or broke a rule, with
  /// a message that names the metric, the rule and the fix; vitals_collector_errors_total counts them. On the thread
  /// that scrapes, at each scrape; what it throws is ignored.
  std::function<void(std::string_view message)> on_collector_error{};
  /// Must outlive the registry.
  const Clock* clock = &Clock::real();
  /// Exemplars of families that have FamilyOptions::exemplars: from this source, at most one per interval for each
  /// counter and bucket, or for each histogram that has native buckets alone.
  TraceSource trace_source{};
  std::chrono::nanoseconds exemplar_interval = std::chrono::seconds{1};
  /// Every OpenMetrics exposition has the lines of Exposition::created_lines, those of endpoints too.
  bool created_lines = false;
};

}  // namespace vitals
