#pragma once

#include <vitals/detail/abi.hpp>

namespace vitals {

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

}  // namespace vitals
