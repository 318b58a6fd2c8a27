#pragma once

#include <span>
#include <string>
#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals {

class Registry;

/// A wire format of Prometheus.
enum class Format {
  Text,         ///< https://prometheus.io/docs/instrumenting/exposition_formats/
  OpenMetrics,  ///< 1.0.0: what text has, and exemplars, units, infos and state sets
  Protobuf,     ///< delimited MetricFamily messages: all that OpenMetrics has, native histograms and start times
};

/// What becomes of metric and label names that are not [a-zA-Z_:][a-zA-Z0-9_:]* (labels: no colon). Other names are
/// never changed. Examples: of "a.b_c".
enum class Escaping {
  Underscores,  ///< each character that is not allowed becomes an underscore: a_b_c
  Dots,         ///< readable back: a_dot_b__c
  Values,       ///< exactly readable back: U__a_2e_b__c
  Utf8,         ///< as they are, quoted where the format is text: {"a.b_c"}. Only for readers that asked for it
};

/// How metrics are written. A plain value.
struct Exposition {
  Format format = Format::Text;
  Escaping escaping = Escaping::Underscores;
  /// Text only: 1.0.0 instead of 0.0.4. They differ in content_type() alone.
  bool version_1 = false;
  /// OpenMetrics only: `_created` lines. Prometheus stores them as series of their own unless told not to. Protobuf has
  /// these times in any case.
  bool created_lines = false;

  friend bool operator==(const Exposition&, const Exposition&) = default;
};

/// The metrics of a registry, families ordered by name.
/// Thread-safe; never makes a recording thread wait. One consistent set: in a histogram `+Inf` equals `_count`.
/// Numbers are the shortest text that reads back as the same double, in any locale; counts are exact up to 2^64.
/// What a format can't say is left out or said by what it has:
/// - text: an info is a gauge of value 1, a state set a gauge per state, a gauge histogram a histogram of buckets
///   and two gauges, `_gcount` and `_gsum`; a histogram of native buckets alone, in OpenMetrics too, has only its
///   `+Inf` bucket, sum and count
/// - OpenMetrics: a counter without `_total` is of type unknown; counters that are negative or NaN are left out, and
///   so are sums that are, or whose histogram has negative bounds (and then its `_count`, which `+Inf` repeats)
/// - exemplars: one per counter and bucket, the newest, of at most 128 code points; not in text
[[nodiscard]] std::string to_text(const Registry& registry);  ///< version 0.0.4
[[nodiscard]] std::string to_openmetrics(const Registry& registry);
[[nodiscard]] std::string to_protobuf(const Registry& registry);

/// The same into `out`, whose content is replaced and whose memory is used again.
void expose(const Registry& registry, const Exposition& exposition, std::string& out);

/// Families that are not in a registry, in the order given. Label values and help may be any bytes: what is not UTF-8
/// becomes U+FFFD. REQUIRES: no two families have a sample name in common, no two metrics of a family their labels.
void expose(std::span<const FamilySnapshot> families, const Exposition& exposition, std::string& out);

/// The Content-Type of it, a constant.
[[nodiscard]] std::string_view content_type(const Exposition& exposition) noexcept;

}  // namespace vitals
