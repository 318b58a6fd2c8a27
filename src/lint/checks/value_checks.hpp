#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/lint/lint_report.hpp"
#include "lint/line/exposition_line.hpp"

namespace vitals::detail {

/// Where a check reports to, and for which format and metric.
struct LintContext {
  LintReport& report;
  LintFormat format;
  std::string_view metric;

  [[nodiscard]] bool open_metrics() const noexcept { return format == LintFormat::OpenMetrics; }
  void error(LintPosition at, std::string_view rule, std::string message) const {
    report.error(at, metric, rule, std::move(message));
  }
  void warning(LintPosition at, std::string_view rule, std::string message) const {
    report.warning(at, metric, rule, std::move(message));
  }
  /// What OpenMetrics forbids and the other formats only make useless.
  void strict(LintPosition at, std::string_view rule, std::string message) const {
    open_metrics() ? error(at, rule, std::move(message)) : warning(at, rule, std::move(message));
  }
};

struct PlacedNumber {
  double value;
  LintPosition at;
};

/// What was seen so far of one histogram with one set of labels at one time. Constant in size: buckets come one by one.
struct HistogramPoint {
  LintPosition first{};
  bool gauge = false;
  std::optional<double> bound{};    ///< of the last bucket
  std::optional<double> reached{};  ///< its count
  std::optional<double> infinite{};
  bool negative_bound = false;
  bool odd_bucket = false;  ///< one without a bound: which, nobody knows
  std::optional<PlacedNumber> count{};
  std::optional<PlacedNumber> sum{};
};

/// The bound that it should be above, and is not: report_bucket_order() tells so. REQUIRES: bound is not NaN.
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
/// Once all of the point was seen.
[[nodiscard]] MissingParts missing_parts(const HistogramPoint& point, LintFormat format) noexcept;
void report_missing_parts(const LintContext& context, LintPosition at, const MissingParts& parts);
/// What is there of it, likewise.
void check_histogram(const LintContext& context, const HistogramPoint& point);
void check_histogram_sum(const LintContext& context, const HistogramPoint& point);

/// A number of events: not NaN, not negative, and whole.
void check_count(const LintContext& context, LintPosition at, double value);
/// Of a counter; `what` begins the message.
void check_counter(const LintContext& context, LintPosition at, double value);
void check_quantile(const LintContext& context, LintPosition at, double quantile);
void check_summary_sum(const LintContext& context, LintPosition at, double value);

/// Of a sample: seconds in OpenMetrics, else milliseconds.
void check_timestamp_unit(const LintContext& context, LintPosition at, double time);
void warn_of_timestamp(const LintContext& context, LintPosition at);
void warn_of_label_names(const LintContext& context, LintPosition at);

/// Names and values of an exemplar's labels together.
void check_exemplar_labels(const LintContext& context, LintPosition at, std::size_t code_points);
/// In a bucket that begins above `lower`, if that is known.
void check_exemplar_value(const LintContext& context, LintPosition at, double value, std::optional<double> lower,
                          double upper);

/// A label value such as `le`, as clients of this format write it: 0.5, 1e+06, +Inf; in OpenMetrics 1.0 for 1.
[[nodiscard]] std::string canonical_number(double value, LintFormat format);

}  // namespace vitals::detail
