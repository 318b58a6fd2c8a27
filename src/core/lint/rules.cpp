#include "core/lint/rules.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <vitals/lint_declaration.hpp>

namespace vitals {

namespace detail {

namespace {

// A test holds it against docs/lint.md and against what the sources report.
constexpr auto kRules = [] {
  using enum LintRule;
  using enum LintRuleSeverity;
  return std::to_array<LintRuleEntry>({
      {AfterEof, Error, "after-eof", "Nothing follows the line \"# EOF\"."},
      {BaseUnit, Warning, "base-unit", "A unit in a name has no prefix: seconds, bytes, meters."},
      {BlankLine, Error, "blank-line", "OpenMetrics has no blank lines."},
      {BucketBounds, Error, "bucket-bounds", "The bounds of a declaration's buckets are finite and ascend."},
      {BucketNotPositive, Warning, "bucket-not-positive", "The buckets of durations and sizes are above 0."},
      {ByteOrderMark, Error, "byte-order-mark", "The text begins without a byte order mark."},
      {CamelCase, Warning, "camel-case", "Names of metrics and labels are in snake_case."},
      {CarriageReturn, Varies, "carriage-return",
       "Lines end in a line feed alone, and label values have no raw carriage return."},
      {CommentLine, Error, "comment-line", "OpenMetrics has no comments."},
      {ConstantLabel, Warning, "constant-label", "No label is the same on every series."},
      {ContentType, Error, "content-type", "The answer's Content-Type is well-formed and announces metrics."},
      {CountValue, Varies, "count-value", "A count is a whole number from 0."},
      {CounterNan, Error, "counter-nan", "A counter is a number."},
      {CounterNegative, Error, "counter-negative", "A counter is not negative."},
      {CounterTotal, Varies, "counter-total",
       "A counter's sample ends in \"_total\", and in OpenMetrics its family does not."},
      {CreatedValue, Error, "created-value", "The value of \"_created\" is a time in finite seconds."},
      {DuplicateLabel, Error, "duplicate-label", "A series and an exemplar have a label name once."},
      {DuplicateSeries, Error, "duplicate-series", "The same name and labels come once."},
      {EmptyLabelValue, Warning, "empty-label-value", "A label has a value: an empty one is the same as no label."},
      {EofMissing, Error, "eof-missing", "OpenMetrics ends in the line \"# EOF\"."},
      {ExemplarLength, Error, "exemplar-length",
       "Names and values of an exemplar's labels have at most 128 characters together."},
      {ExemplarNul, Error, "exemplar-nul", "An exemplar's labels have no NUL."},
      {ExemplarPlace, Error, "exemplar-place",
       "Only the buckets of histograms and counters have exemplars, and not in text."},
      {ExemplarTimestamp, Error, "exemplar-timestamp", "The exemplars of native histograms have timestamps."},
      {ExemplarValue, Error, "exemplar-value", "An exemplar's value is in its bucket."},
      {ExplicitTimestamp, Warning, "explicit-timestamp", "Samples have no timestamps, so that they go stale."},
      {HelpEscape, Error, "help-escape", "OpenMetrics escapes double quotes in the help too."},
      {HelpMissing, Warning, "help-missing", "A metric has a help text."},
      {HistogramBucketDecreasing, Error, "histogram-bucket-decreasing", "The counts of buckets are cumulative."},
      {HistogramBucketOrder, Error, "histogram-bucket-order", "The bounds of buckets ascend without repeats."},
      {HistogramCountMismatch, Error, "histogram-count-mismatch",
       "The count of a histogram is that of its bucket +Inf."},
      {HistogramCountMissing, Error, "histogram-count-missing",
       "A histogram has a count; in OpenMetrics it may lack both count and sum."},
      {HistogramInfMissing, Error, "histogram-inf-missing", "A histogram has the bucket +Inf."},
      {HistogramLeMissing, Error, "histogram-le-missing", "A bucket has the label \"le\"."},
      {HistogramNegativeBucketsSum, Varies, "histogram-negative-buckets-sum",
       "A histogram with buckets below 0 has no sum."},
      {HistogramSumMissing, Error, "histogram-sum-missing",
       "A histogram has a sum; in OpenMetrics it may lack both count and sum."},
      {InfoSuffix, Varies, "info-suffix", "The name of an info ends in \"_info\"."},
      {InfoType, Warning, "info-type", "Only the name of an info, or of a gauge that is always 1, ends in \"_info\"."},
      {InfoValue, Varies, "info-value", "The value of an info is 1."},
      {InterleavedFamily, Error, "interleaved-family", "The lines of a family stand together."},
      {InterleavedMetric, Error, "interleaved-metric",
       "In OpenMetrics the samples with the same labels stand together."},
      {InvalidEscape, Varies, "invalid-escape",
       "Only backslashes, line feeds and, in label values, double quotes are escaped."},
      {InvalidLabelName, Error, "invalid-label-name", "A label name matches [a-zA-Z_][a-zA-Z0-9_]*."},
      {InvalidMetricName, Error, "invalid-metric-name", "A metric name matches [a-zA-Z_:][a-zA-Z0-9_:]*."},
      {InvalidNumber, Error, "invalid-number", "A value is a decimal number that a double can hold."},
      {InvalidTimestamp, Varies, "invalid-timestamp",
       "A timestamp is in whole milliseconds, in OpenMetrics in finite seconds."},
      {InvalidUtf8, Error, "invalid-utf8", "Label values, help and comments are valid UTF-8."},
      {LabelInName, Warning, "label-in-name", "A metric name does not repeat the name of a label."},
      {LabelNamesDiffer, Warning, "label-names-differ", "All series of a family have the same label names."},
      {LastNewline, Varies, "last-newline", "The last line ends in a line feed."},
      {LeInvalid, Error, "le-invalid", "The label \"le\" is a number."},
      {LeNotCanonical, Varies, "le-not-canonical",
       "The label \"le\" is written as usual, so that it makes no other series."},
      {MetadataAfterSamples, Error, "metadata-after-samples", "HELP, TYPE and UNIT come before the first sample."},
      {MixedTimestamps, Error, "mixed-timestamps",
       "In OpenMetrics all samples of a metric have a timestamp, or none has."},
      {NameClash, Varies, "name-clash", "No family has the name of another one, or of its samples."},
      {NativeCountMismatch, Error, "native-count-mismatch", "The native buckets add up to the count."},
      {NativeNegativeCount, Error, "native-negative-count", "The count of a native bucket is a number from 0."},
      {NativeSchema, Error, "native-schema", "The schema of native buckets is from -4 to 8, or -53."},
      {NativeSpans, Error, "native-spans", "The spans of native buckets hold as many buckets as there are counts."},
      {NativeZeroThreshold, Error, "native-zero-threshold", "The threshold of the zero bucket is finite, from 0."},
      {NoMetrics, Error, "no-metrics", "There are metrics to check."},
      {NonCounterTotal, Warning, "non-counter-total", "Only the names of counters end in \"_total\"."},
      {PayloadMissing, Error, "payload-missing", "A protobuf metric holds a message of its family's type."},
      {PayloadType, Error, "payload-type", "A protobuf metric holds no message of another type."},
      {ProtobufMalformed, Error, "protobuf-malformed", "The body is delimited protobuf that can be read."},
      {ProtobufTruncated, Error, "protobuf-truncated", "The body is not cut off."},
      {QuantileInvalid, Error, "quantile-invalid", "The label \"quantile\" is a number."},
      {QuantileNegative, Error, "quantile-negative", "In OpenMetrics the value of a quantile is not negative."},
      {QuantileNotCanonical, Varies, "quantile-not-canonical",
       "The label \"quantile\" is written as usual, so that it makes no other series."},
      {QuantileRange, Error, "quantile-range", "A quantile is from 0 to 1."},
      {QuotedName, Varies, "quoted-name", "A name needs no quotes, which text 0.0.4 has not and few scrapers read."},
      {RatioNotPercent, Warning, "ratio-not-percent",
       "A share is a ratio from 0 to 1, and its name ends in \"_ratio\"."},
      {RepeatedFamily, Error, "repeated-family", "A protobuf family comes once."},
      {RepeatedMetadata, Error, "repeated-metadata", "A family has one HELP, one TYPE and one UNIT."},
      {ReservedColon, Warning, "reserved-colon", "Only the names of recording rules have colons."},
      {ReservedLabel, Varies, "reserved-label", "A label that a type writes itself is on no other series."},
      {ReservedLabelName, Varies, "reserved-label-name", "A label name does not start with an underscore."},
      {ReservedSuffix, Warning, "reserved-suffix", "A metric name does not end as the samples of other types do."},
      {Spacing, Varies, "spacing", "There are single spaces between the parts of a line, and none around it."},
      {StatesetLabel, Error, "stateset-label", "A state is in a label that is named like its set."},
      {StatesetValue, Error, "stateset-value", "The value of a state is 0 or 1."},
      {SumNan, Error, "sum-nan", "A sum is a number."},
      {SumNegative, Varies, "sum-negative", "A sum without buckets below 0 is not negative."},
      {SummaryQuantileMissing, Error, "summary-quantile-missing", "A quantile has the label \"quantile\"."},
      {Syntax, Error, "syntax", "A line has the parts that its format asks for."},
      {TimestampExponent, Warning, "timestamp-exponent", "In OpenMetrics a timestamp is written without an exponent."},
      {TimestampName, Warning, "timestamp-name",
       "The name of a gauge that holds a time ends in \"_timestamp_seconds\"."},
      {TimestampOrder, Error, "timestamp-order", "In OpenMetrics the times of a metric ascend."},
      {TimestampUnit, Warning, "timestamp-unit", "Timestamps are in milliseconds, in OpenMetrics in seconds."},
      {TimestampValue, Error, "timestamp-value", "A protobuf time is in the years from 1 to 9999."},
      {TooManyBuckets, Warning, "too-many-buckets", "A histogram with labels has at most 50 buckets, one without 200."},
      {TooManyFamilies, Error, "too-many-families", "There are few enough families to check them all."},
      {TooManyProblems, Warning, "too-many-problems", "There are few enough problems to list them all."},
      {TypeInName, Warning, "type-in-name", "A metric name does not contain the metric's type."},
      {TypeMissing, Warning, "type-missing", "A family with samples has a TYPE line."},
      {TypeOfOtherName, Warning, "type-of-other-name", "Outside OpenMetrics TYPE has the whole name of a counter."},
      {UnexpectedSample, Error, "unexpected-sample", "A histogram has no sample of its own name."},
      {UnitAbbreviation, Warning, "unit-abbreviation", "A unit in a name is written out."},
      {UnitNotAllowed, Error, "unit-not-allowed", "Infos and state sets have no unit."},
      {UnitSuffix, Error, "unit-suffix", "A name ends in its unit, that of a counter before \"_total\"."},
      {UnknownType, Error, "unknown-type", "A type is one that the format has."},
      {UnterminatedString, Error, "unterminated-string", "A label value has its closing quote."},
      {WireType, Error, "wire-type", "A protobuf field has the wire type that its message says."},
  });
}();

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].rule != static_cast<LintRule>(i) || (i > 0 && !(kRules[i - 1].id < kRules[i].id))) return false;
  }
  return kRules.size() == kLintRules;
}
static_assert(is_in_order());

constexpr auto kRuleIds = [] {
  std::array<std::string_view, kLintRules> ids;
  std::ranges::transform(kRules, ids.begin(), &LintRuleEntry::id);
  return ids;
}();

}  // namespace

const LintRuleEntry& entry_of(LintRule rule) noexcept { return kRules[static_cast<std::size_t>(rule)]; }

std::optional<LintRule> lint_rule_of(std::string_view id) noexcept {
  const auto* const found = std::ranges::lower_bound(kRules, id, {}, &LintRuleEntry::id);
  return found != kRules.end() && found->id == id ? std::optional{found->rule} : std::nullopt;
}

}  // namespace detail

std::span<const std::string_view> lint_rules() noexcept { return detail::kRuleIds; }

}  // namespace vitals
