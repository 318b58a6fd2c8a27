#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/lint_declaration.hpp>

// The checker of expositions: link vitals::lint.
namespace vitals {

/// Text is 0.0.4; Text1 is 1.0.0, which has quoted UTF-8 names; Protobuf is io.prometheus.client.MetricFamily,
/// delimited.
enum class LintFormat { Text, Text1, OpenMetrics, Protobuf };

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
