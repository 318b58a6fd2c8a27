#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

// What Prometheus's formats say of a metric's type: https://prometheus.io/docs/instrumenting/exposition_formats/,
// https://prometheus.io/docs/specs/om/open_metrics_spec/ and
// https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto.

/// What the names of lines have after the family's.
namespace suffix {
inline constexpr std::string_view kTotal = "_total";
inline constexpr std::string_view kInfo = "_info";
inline constexpr std::string_view kBucket = "_bucket";
inline constexpr std::string_view kCount = "_count";
inline constexpr std::string_view kSum = "_sum";
inline constexpr std::string_view kGaugeCount = "_gcount";
inline constexpr std::string_view kGaugeSum = "_gsum";
inline constexpr std::string_view kCreated = "_created";
inline constexpr std::array kAll = {kTotal, kInfo, kBucket, kCount, kSum, kGaugeCount, kGaugeSum, kCreated};
}  // namespace suffix

/// The labels that a type writes itself.
inline constexpr std::string_view kBucketLabel = "le";
inline constexpr std::string_view kQuantileLabel = "quantile";

/// Whether it has buckets: a histogram or a gauge histogram.
[[nodiscard]] constexpr bool is_histogram(MetricType type) noexcept {
  return type == MetricType::Histogram || type == MetricType::GaugeHistogram;
}

/// Whether a metric of the type may have a unit.
[[nodiscard]] constexpr bool may_have_unit(MetricType type) noexcept {
  return type != MetricType::Info && type != MetricType::StateSet;
}

/// The word of a TYPE line. Text has fewer types: there, infos and state sets are gauges, and gauge histograms are
/// histograms.
[[nodiscard]] std::string_view text_type_name(MetricType type) noexcept;
[[nodiscard]] std::string_view openmetrics_type_name(MetricType type) noexcept;
/// The other way round; empty: the format has no such word.
[[nodiscard]] std::optional<MetricType> type_of_text_name(std::string_view name) noexcept;
[[nodiscard]] std::optional<MetricType> type_of_openmetrics_name(std::string_view name) noexcept;

/// The number of the type in metrics.proto, where infos and state sets are gauges.
[[nodiscard]] std::int32_t protobuf_type_number(MetricType type) noexcept;
/// The other way round; empty: there is no such number.
[[nodiscard]] std::optional<MetricType> type_of_protobuf_number(std::uint64_t number) noexcept;

/// What the one sample of a series has after the OpenMetrics name of its family: `_total` of counters, `_info` of
/// infos.
[[nodiscard]] std::string_view value_suffix(MetricType type) noexcept;
/// The name without value_suffix().
[[nodiscard]] std::string_view base_name(std::string_view name, MetricType type) noexcept;
/// The name with value_suffix(), which is added if it is not there.
[[nodiscard]] std::string with_value_suffix(std::string_view name, MetricType type);

/// What the lines of samples have after the family's name, "" included where there are such lines: after the name in
/// the TYPE line.
[[nodiscard]] std::span<const std::string_view> text_sample_suffixes(MetricType type) noexcept;
[[nodiscard]] std::span<const std::string_view> openmetrics_sample_suffixes(MetricType type) noexcept;

/// The label that a type writes itself: kBucketLabel, kQuantileLabel, or empty. A state set's is named like the set.
[[nodiscard]] std::string_view own_label(MetricType type, std::string_view state_set = {}) noexcept;

}  // namespace vitals::detail
