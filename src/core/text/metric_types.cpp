#include "core/text/metric_types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace vitals::detail {

namespace {

constexpr std::array<std::string_view, 1> kValue = {""};
constexpr std::array kCounterSuffixes = {suffix::kTotal, suffix::kCreated};
constexpr std::array kInfoSuffixes = {suffix::kInfo};
constexpr std::array kHistogramSuffixes = {suffix::kBucket, suffix::kCount, suffix::kSum, suffix::kCreated};
constexpr std::array kGaugeHistogramSuffixes = {suffix::kBucket, suffix::kGaugeCount, suffix::kGaugeSum};
constexpr std::array<std::string_view, 4> kSummarySuffixes = {"", suffix::kCount, suffix::kSum, suffix::kCreated};

struct TypeWords {
  MetricType type;
  std::string_view text;
  std::string_view openmetrics;
  std::int32_t number;  // in metrics.proto
  std::string_view value_suffix;
  std::string_view own_label;
  std::span<const std::string_view> text_suffixes;
  std::span<const std::string_view> openmetrics_suffixes;
};

constexpr std::span kHistogramText = std::span<const std::string_view>{kHistogramSuffixes}.first(3);
constexpr std::span kSummaryText = std::span<const std::string_view>{kSummarySuffixes}.first(3);

// By type. Where types share a word or a number, the first one is what readers take it for.
constexpr std::array kWords = {
    TypeWords{MetricType::Counter, "counter", "counter", 0, suffix::kTotal, "", kValue, kCounterSuffixes},
    TypeWords{MetricType::Gauge, "gauge", "gauge", 1, "", "", kValue, kValue},
    TypeWords{MetricType::Histogram, "histogram", "histogram", 4, "", kBucketLabel, kHistogramText, kHistogramSuffixes},
    TypeWords{MetricType::GaugeHistogram, "histogram", "gaugehistogram", 5, "", kBucketLabel, kGaugeHistogramSuffixes,
              kGaugeHistogramSuffixes},
    TypeWords{MetricType::Summary, "summary", "summary", 2, "", kQuantileLabel, kSummaryText, kSummarySuffixes},
    TypeWords{MetricType::Info, "gauge", "info", 1, suffix::kInfo, "", kValue, kInfoSuffixes},
    TypeWords{MetricType::StateSet, "gauge", "stateset", 1, "", "", kValue, kValue},
    TypeWords{MetricType::Untyped, "untyped", "unknown", 3, "", "", kValue, kValue}};

static_assert(std::ranges::is_sorted(kWords, {}, &TypeWords::type) &&
              kWords.back().type == static_cast<MetricType>(kWords.size() - 1));

constexpr const TypeWords& words_of(MetricType type) noexcept { return kWords[static_cast<std::size_t>(type)]; }

template <class Is>
std::optional<MetricType> find_type(Is is) noexcept {
  const auto found = std::ranges::find_if(kWords, is);
  return found == kWords.end() ? std::nullopt : std::optional{found->type};
}

}  // namespace

std::string_view text_type_name(MetricType type) noexcept { return words_of(type).text; }
std::string_view openmetrics_type_name(MetricType type) noexcept { return words_of(type).openmetrics; }
std::int32_t protobuf_type_number(MetricType type) noexcept { return words_of(type).number; }
std::string_view value_suffix(MetricType type) noexcept { return words_of(type).value_suffix; }
std::string_view own_label(MetricType type, std::string_view state_set) noexcept {
  return type == MetricType::StateSet ? state_set : words_of(type).own_label;
}

std::optional<MetricType> type_of_text_name(std::string_view name) noexcept {
  return find_type([name](const TypeWords& words) { return words.text == name; });
}

std::optional<MetricType> type_of_openmetrics_name(std::string_view name) noexcept {
  return find_type([name](const TypeWords& words) { return words.openmetrics == name; });
}

std::optional<MetricType> type_of_protobuf_number(std::uint64_t number) noexcept {
  return find_type([number](const TypeWords& words) { return static_cast<std::uint64_t>(words.number) == number; });
}

std::string_view base_name(std::string_view name, MetricType type) noexcept {
  const std::string_view ending = value_suffix(type);
  if (!ending.empty() && name.size() > ending.size() && name.ends_with(ending)) name.remove_suffix(ending.size());
  return name;
}

std::string with_value_suffix(std::string_view name, MetricType type) {
  std::string whole{name};
  if (!name.ends_with(value_suffix(type))) whole += value_suffix(type);
  return whole;
}

std::span<const std::string_view> text_sample_suffixes(MetricType type) noexcept {
  return words_of(type).text_suffixes;
}

std::span<const std::string_view> openmetrics_sample_suffixes(MetricType type) noexcept {
  return words_of(type).openmetrics_suffixes;
}

}  // namespace vitals::detail
