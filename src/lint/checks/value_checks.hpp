#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <vitals/lint.hpp>

#include "core/lint/lint_report.hpp"
#include "lint/checks/lint_context.hpp"

namespace vitals::detail {

struct PlacedNumber {
  double value;
  LintPosition at;
};

/// What was seen so far of one histogram with one set of labels at one time. Constant in size: it keeps no buckets.
struct HistogramPoint {
  LintPosition first{};
  bool gauge = false;
  std::optional<double> bound{};    ///< of the last bucket
  std::optional<double> reached{};  ///< its count
  std::optional<double> infinite{};
  bool negative_bound = false;
  bool odd_bucket = false;  ///< a bucket has no bound, and may be that of +Inf
  std::optional<PlacedNumber> count{};
  std::optional<PlacedNumber> sum{};
};

/// Checks and adds the next bucket. If its bound is not above the one before, gives that one, for
/// report_bucket_order(). REQUIRES: bound is not NaN.
[[nodiscard]] std::optional<double> add_bucket(const LintContext& context, HistogramPoint& point, LintPosition at,
                                               double bound, double count);
void report_bucket_order(const LintContext& context, LintPosition at, double bound, double before);

struct MissingParts {
  bool infinite = false;
  bool count = false;
  bool sum = false;
  bool gauge = false;  ///< of a gauge histogram

  [[nodiscard]] bool any() const noexcept { return infinite || count || sum; }
};
/// REQUIRES: all of the point was seen.
[[nodiscard]] MissingParts missing_parts(const HistogramPoint& point, LintFormat format) noexcept;
void report_missing_parts(const LintContext& context, LintPosition at, const MissingParts& parts);
/// Checks what the point has. REQUIRES: all of it was seen.
void check_histogram(const LintContext& context, const HistogramPoint& point);
void check_histogram_sum(const LintContext& context, const HistogramPoint& point);

/// Checks a number of events: not NaN, not negative, and whole.
void check_count(const LintContext& context, LintPosition at, double value);
/// Checks the value of a counter.
void check_counter(const LintContext& context, LintPosition at, double value);
void check_quantile(const LintContext& context, LintPosition at, double quantile);
void check_summary_sum(const LintContext& context, LintPosition at, double value);

/// Warns of the time of a sample that seems to be in another unit: seconds in OpenMetrics, else milliseconds.
void check_timestamp_unit(const LintContext& context, LintPosition at, double time);
void warn_of_timestamp(const LintContext& context, LintPosition at);
void warn_of_label_names(const LintContext& context, LintPosition at);

/// Checks the length of an exemplar's labels, names and values together.
void check_exemplar_labels(const LintContext& context, LintPosition at, std::size_t code_points);
/// Checks an exemplar of the bucket up to `upper`, which begins above `lower` if that is known.
void check_exemplar_value(const LintContext& context, LintPosition at, double value, std::optional<double> lower,
                          double upper);

/// A label value such as `le`, as clients of this format write it: 0.5, 1e+06, +Inf; in OpenMetrics 1.0 for 1.
[[nodiscard]] std::string canonical_number(double value, LintFormat format);

}  // namespace vitals::detail
