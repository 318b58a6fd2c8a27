#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals {

/// A fault of a declaration or an exposition, or something that the conventions advise against.
struct LintProblem {
  enum class Severity { Error, Warning };

  std::size_t line = 0;    ///< from 1; in protobuf the number of the MetricFamily message; 0: not from a text
  std::size_t column = 0;  ///< in bytes from 1; in protobuf the offset of the message's first byte from 0
  std::string metric;      ///< family, series or path within a message; empty when the problem is of no metric
  std::string rule;        ///< a stable id, such as "counter-total"; one of lint_rules()
  std::string message;     ///< what, rule and fix, in valid UTF-8 of bounded length
  Severity severity = Severity::Error;

  /// For the messages of tests, as is Label's.
  template <class Stream>
  friend auto operator<<(Stream& out, const LintProblem& problem) -> decltype(out << "") {
    return out << problem.line << ':' << problem.column << ' '
               << (problem.severity == Severity::Error ? "error" : "warning") << ' ' << problem.metric << ": "
               << problem.message << " [" << problem.rule << ']';
  }
};

/// At most so many problems come from one exposition or declaration; a last one, "too-many-problems", says that there
/// were more.
inline constexpr std::size_t kMaxLintProblems = 1000;

/// All rules by name, also those of the `vitals lint` command alone; docs/lint.md explains them.
[[nodiscard]] std::span<const std::string_view> lint_rules() noexcept;

/// What a program says of a metric before it has a value.
struct LintDeclaration {
  std::string name;  ///< as in text format 0.0.4: of counters with `_total`, of infos with `_info`
  std::string help;
  MetricType type = MetricType::Untyped;
  std::vector<std::string> labels{};
  std::string unit{};                    ///< empty, or what the name (without `_total`) ends in
  std::vector<double> bounds{};          ///< of histograms, without +Inf
  std::vector<Label> constant_labels{};  ///< the same on each series; of infos, the information
};

/// Judges a declaration by Prometheus's data model (errors), and by promlint's rules and Prometheus's conventions
/// (warnings; https://prometheus.io/docs/practices/naming/). Empty: nothing to say.
/// Thread-safe. Cost: microseconds; linear in what it is given.
[[nodiscard]] std::vector<LintProblem> lint_declaration(const LintDeclaration& declaration);

}  // namespace vitals
