#include "lint/checks/value_checks.hpp"

#include <cmath>
#include <cstddef>

#include "core/formats/text_pieces.hpp"
#include "core/lint/rules.hpp"
#include "core/text/limits.hpp"
#include "core/text/metric_types.hpp"

namespace vitals::detail {

namespace {

constexpr const char* kNanSum =
    "the sum is NaN, and stays NaN: a NaN was observed, or infinities of both signs; don't observe them";

}  // namespace

std::optional<double> add_bucket(const LintContext& context, HistogramPoint& point, LintPosition at, double bound,
                                 double count) {
  const std::optional<double> before = point.bound;
  const bool ascends = !before || bound > *before;
  check_count(context, at, count);
  if (ascends && point.reached && count < *point.reached)
    context.add(at, LintRule::HistogramBucketDecreasing,
                "bucket " + number_text(bound) + " counts " + number_text(count) + ", fewer than the " +
                    number_text(*point.reached) + " of the bucket before; buckets are cumulative");
  if (bound < 0) point.negative_bound = true;
  if (std::isinf(bound) && bound > 0) point.infinite = count;
  point.bound = bound;
  point.reached = count;
  return ascends ? std::nullopt : before;
}

void report_bucket_order(const LintContext& context, LintPosition at, double bound, double before) {
  context.add(
      at, LintRule::HistogramBucketOrder,
      "bucket " + number_text(bound) + " after " + number_text(before) + "; bounds must ascend without repeats");
}

MissingParts missing_parts(const HistogramPoint& point, LintFormat format) noexcept {
  const bool both_or_neither = format == LintFormat::OpenMetrics && !point.sum && !point.count;
  return {.infinite = !point.infinite && !point.odd_bucket,
          .count = !point.count && !both_or_neither,
          .sum = !point.sum && !both_or_neither,
          .gauge = point.gauge};
}

void report_missing_parts(const LintContext& context, LintPosition at, const MissingParts& parts) {
  const std::string count{parts.gauge ? suffix::kGaugeCount : suffix::kCount};
  const std::string sum{parts.gauge ? suffix::kGaugeSum : suffix::kSum};
  if (parts.infinite)
    context.add(at, LintRule::HistogramInfMissing,
                "the bucket le=\"+Inf\" is missing; add it, with the count of all observations");
  if (parts.count)
    context.add(at, LintRule::HistogramCountMissing, "there is no " + count + "; add it, equal to the bucket +Inf");
  if (parts.sum)
    context.add(at, LintRule::HistogramSumMissing, "there is no " + sum + "; add the sum of all observations");
}

void check_histogram(const LintContext& context, const HistogramPoint& point) {
  if (point.infinite && point.count && point.count->value != *point.infinite)
    context.add(point.count->at, LintRule::HistogramCountMismatch,
                "the count is " + number_text(point.count->value) + ", the bucket +Inf " +
                    number_text(*point.infinite) + "; they must be equal");
  check_histogram_sum(context, point);
}

void check_histogram_sum(const LintContext& context, const HistogramPoint& point) {
  if (!point.sum) return;
  const auto [value, at] = *point.sum;
  if (std::isnan(value)) {
    context.add(at, LintRule::SumNan, kNanSum);
  } else if (point.negative_bound && !point.gauge) {
    context.strict(at, LintRule::HistogramNegativeBucketsSum,
                   "there are buckets below 0, so that the sum is no counter; leave the sum out");
  } else if (value < 0 && !point.negative_bound) {
    context.strict(at, LintRule::SumNegative, "the sum is negative though no bucket is; don't observe negative values");
  }
}

void check_count(const LintContext& context, LintPosition at, double value) {
  if (!std::isfinite(value) || value < 0) {
    context.error(at, LintRule::CountValue, "a count is " + number_text(value) + "; it must be a whole number from 0");
  } else if (context.format != LintFormat::Protobuf && value != std::floor(value)) {
    context.strict(at, LintRule::CountValue, "a count is " + number_text(value) + "; it must be a whole number");
  }
}

void check_counter(const LintContext& context, LintPosition at, double value) {
  if (std::isnan(value)) context.add(at, LintRule::CounterNan, "a counter is NaN; it must be a number from 0");
  if (value < 0)
    context.add(at, LintRule::CounterNegative,
                "a counter is " + number_text(value) + "; it counts up from 0: use a gauge for what goes down");
}

void check_quantile(const LintContext& context, LintPosition at, double quantile) {
  if (!is_quantile(quantile))
    context.add(at, LintRule::QuantileRange, "quantile " + number_text(quantile) + " is not within 0 and 1");
}

void check_summary_sum(const LintContext& context, LintPosition at, double value) {
  if (std::isnan(value)) context.add(at, LintRule::SumNan, kNanSum);
  if (value < 0) context.strict(at, LintRule::SumNegative, "the sum is negative; don't observe negative values");
}

void check_timestamp_unit(const LintContext& context, LintPosition at, double time) {
  constexpr double kLastSecond = 1e11;  // in the year 5138; as milliseconds, in 1973
  if (context.is_openmetrics() && time >= kLastSecond)
    context.add(at, LintRule::TimestampUnit, "this looks like milliseconds; OpenMetrics has seconds");
  if (!context.is_openmetrics() && time > 1e8 && time < kLastSecond)
    context.add(at, LintRule::TimestampUnit, "this looks like seconds; this format has milliseconds");
}

void warn_of_timestamp(const LintContext& context, LintPosition at) {
  context.add(at, LintRule::ExplicitTimestamp,
              "samples with timestamps don't go stale when they vanish; leave the timestamps out");
}

void warn_of_label_names(const LintContext& context, LintPosition at) {
  context.add(at, LintRule::LabelNamesDiffer,
              "other label names than those of the family's first series; use the same on all");
}

void check_exemplar_labels(const LintContext& context, LintPosition at, std::size_t code_points) {
  if (code_points > kMaxExemplarCodePoints)
    context.add(at, LintRule::ExemplarLength,
                "the exemplar's labels have " + std::to_string(code_points) + " characters; at most " +
                    std::to_string(kMaxExemplarCodePoints) + " are allowed, names and values together");
}

void check_exemplar_value(const LintContext& context, LintPosition at, double value, std::optional<double> lower,
                          double upper) {
  const bool above = !lower || value > *lower;
  if (above && value <= upper) return;
  context.add(at, LintRule::ExemplarValue,
              "the exemplar's value " + number_text(value) + " is not in its bucket, which " +
                  (lower ? "goes from above " + number_text(*lower) : "goes") + " to " + number_text(upper));
}

std::string canonical_number(double value, LintFormat format) {
  auto text = number_text(value);
  const bool whole = std::isfinite(value) && text.find_first_of(".e") == text.npos;
  return format == LintFormat::OpenMetrics && whole ? text + ".0" : text;
}

}  // namespace vitals::detail
