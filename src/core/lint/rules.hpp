#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vitals::detail {

/// The rules of linting: AfterEof is "after-eof" to users. The code that checks a rule names its enumerator.
enum class LintRule : std::uint8_t {
  AfterEof,
  BaseUnit,
  BlankLine,
  BucketBounds,
  BucketNotPositive,
  ByteOrderMark,
  CamelCase,
  CarriageReturn,
  CommentLine,
  ConstantLabel,
  ContentType,
  CountValue,
  CounterNan,
  CounterNegative,
  CounterTotal,
  CreatedValue,
  DuplicateLabel,
  DuplicateSeries,
  EmptyLabelValue,
  EofMissing,
  ExemplarLength,
  ExemplarNul,
  ExemplarPlace,
  ExemplarTimestamp,
  ExemplarValue,
  ExplicitTimestamp,
  HelpEscape,
  HelpMissing,
  HistogramBucketDecreasing,
  HistogramBucketOrder,
  HistogramCountMismatch,
  HistogramCountMissing,
  HistogramInfMissing,
  HistogramLeMissing,
  HistogramNegativeBucketsSum,
  HistogramSumMissing,
  InfoSuffix,
  InfoType,
  InfoValue,
  InterleavedFamily,
  InterleavedMetric,
  InvalidEscape,
  InvalidLabelName,
  InvalidMetricName,
  InvalidNumber,
  InvalidTimestamp,
  InvalidUtf8,
  LabelInName,
  LabelNamesDiffer,
  LastNewline,
  LeInvalid,
  LeNotCanonical,
  MetadataAfterSamples,
  MixedTimestamps,
  NameClash,
  NativeCountMismatch,
  NativeNegativeCount,
  NativeSchema,
  NativeSpans,
  NativeZeroThreshold,
  NoMetrics,
  NonCounterTotal,
  PayloadMissing,
  PayloadType,
  ProtobufMalformed,
  ProtobufTruncated,
  QuantileInvalid,
  QuantileNegative,
  QuantileNotCanonical,
  QuantileRange,
  QuotedName,
  RatioNotPercent,
  RepeatedFamily,
  RepeatedMetadata,
  ReservedColon,
  ReservedLabel,
  ReservedLabelName,
  ReservedSuffix,
  Spacing,
  StatesetLabel,
  StatesetValue,
  SumNan,
  SumNegative,
  SummaryQuantileMissing,
  Syntax,
  TimestampExponent,
  TimestampName,
  TimestampOrder,
  TimestampUnit,
  TimestampValue,
  TooManyBuckets,
  TooManyFamilies,
  TooManyProblems,
  TypeInName,
  TypeMissing,
  TypeOfOtherName,
  UnexpectedSample,
  UnitAbbreviation,
  UnitNotAllowed,
  UnitSuffix,
  UnknownType,
  UnterminatedString,
  WireType
};

inline constexpr std::size_t kLintRules = static_cast<std::size_t>(LintRule::WireType) + 1;

/// How bad it is to break a rule. Varies: that depends on the format, and the code that checks the rule says which.
enum class LintRuleSeverity : std::uint8_t { Error, Warning, Varies };

/// What the table says of a rule.
struct LintRuleEntry {
  LintRule rule;
  LintRuleSeverity severity;
  std::string_view id;
  std::string_view text;  ///< one sentence: what the rule asks
};

[[nodiscard]] const LintRuleEntry& entry_of(LintRule rule) noexcept;
/// Empty: no rule has the id.
[[nodiscard]] std::optional<LintRule> lint_rule_of(std::string_view id) noexcept;

}  // namespace vitals::detail
