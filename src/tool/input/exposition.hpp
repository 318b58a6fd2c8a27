#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <vitals/lint.hpp>

namespace vitals::tool {

struct Label {
  std::string_view name;
  std::string_view value;  ///< unescaped
};

/// One line of an exposition, or what would be one if protobuf had lines. Views are valid during the call only.
struct Sample {
  std::string_view name;
  std::span<const Label> labels;
  double value;
  std::size_t line;
  std::optional<double> timestamp{};  ///< in seconds since 1970
};

/// The buckets of a native histogram (https://prometheus.io/docs/specs/native_histograms/).
struct NativeHistogram {
  int schema = 0;  ///< -4 to 8
  double zero_threshold = 0;
  double zero_count = 0;
  double count = 0;
  std::map<std::int32_t, double> positive{}, negative{};  ///< counts by index; empty buckets may be left out
};

/// The body is not what it claims to be: what() says "line N: rule", of protobuf "message N: rule".
class ExpositionError : public std::runtime_error {
 public:
  ExpositionError(std::size_t line, std::string_view what, LintFormat format = LintFormat::Text);
};

struct ExpositionSink {
  /// The name as samples have it, such as a_total in all formats; the word as in text, but for the types that text does
  /// not have, which have OpenMetrics's.
  std::function<void(std::string_view name, std::string_view type)> on_type;
  std::function<void(const Sample&)> on_sample;
  /// When a counter, histogram or summary was made, in seconds, by the name that its TYPE has.
  std::function<void(const Sample&)> on_created = [](const Sample&) {};
  /// A native histogram; `sample` has the name, and the count as its value. What it has of classic buckets comes as
  /// samples.
  std::function<void(const Sample& sample, const NativeHistogram&)> on_native = [](const Sample&,
                                                                                   const NativeHistogram&) {};
};

/// Parses an exposition as strictly as Prometheus does (docs/instrumenting/exposition_formats): one bad line fails the
/// whole body, since a half-read scrape gives a wrong verdict. Trailing blanks are tolerated in text.
/// Memory: a table of metric names, limited; nothing grows with the number of samples. The body must be one of at most
/// kMaxExpositionBytes; whoever reads it from outside enforces that.
void parse_exposition(std::string_view body, LintFormat format, const ExpositionSink& sink);

/// "the Prometheus text format", "OpenMetrics", "Prometheus protobuf"
std::string_view format_name(LintFormat format);

inline constexpr std::size_t kMaxExpositionBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMaxMetricNames = 200'000;
inline constexpr std::size_t kMaxSeriesLabels = 64;

}  // namespace vitals::tool
