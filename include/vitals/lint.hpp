#pragma once

#include <cstddef>
#include <optional>
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
};

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

/// Text is 0.0.4; Text1 is 1.0.0, which has quoted UTF-8 names; Protobuf is io.prometheus.client.MetricFamily,
/// delimited.
enum class LintFormat { Text, Text1, OpenMetrics, Protobuf };

/// At most so many problems come from one exposition; a last one, "too-many-problems", says that there were more.
inline constexpr std::size_t kMaxLintProblems = 1000;

/// What lint_exposition leaves out. It does not count for kMaxLintProblems, so that it can't hide the rest.
struct LintOptions {
  std::vector<std::string> ignored{};  ///< rules
  bool warnings = true;
};

/// Checks a whole exposition: syntax, then what parsers let through: duplicate series, incomplete or contradictory
/// histograms, values that a type can't have, families that clash or interleave; then lint_declaration's conventions.
/// Ordered by line and column. A line with a syntax error is left out of the other checks.
/// Thread-safe. Made for hostile input: time O(n log n) in its size, memory a fixed multiple of it, throws only
/// std::bad_alloc.
[[nodiscard]] std::vector<LintProblem> lint_exposition(std::string_view text, LintFormat format,
                                                       const LintOptions& options = {});

/// The format that an HTTP Content-Type announces, if it announces one of these and is well-formed, as Prometheus 3
/// demands it: nothing after the type but parameters, each with a value, and none twice with different ones.
[[nodiscard]] std::optional<LintFormat> lint_format_of(std::string_view content_type);
/// The format that a body without a Content-Type, such as a file, seems to have: Text when in doubt, and where no name
/// is quoted, so that the text formats don't differ. Cost: at most that of reading its lines.
[[nodiscard]] LintFormat detect_lint_format(std::string_view body);

}  // namespace vitals
