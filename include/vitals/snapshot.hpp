#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <vitals/detail/abi.hpp>

namespace vitals {

enum class MetricType { Counter, Gauge, Histogram, GaugeHistogram, Summary, Info, StateSet, Untyped };

struct Label {
  std::string name;
  std::string value;

  friend bool operator==(const Label&, const Label&) = default;
  /// So that a test that fails shows it: GoogleTest and Catch2 print what has this.
  template <class Stream>
  friend auto operator<<(Stream& out, const Label& label) -> decltype(out << "") {
    return out << label.name << "=\"" << label.value << '"';
  }
};

/// A moment as nanoseconds since the Unix epoch; 0 is "not known".
using UnixNanos = std::int64_t;

/// A moment as milliseconds since the Unix epoch, which is what Prometheus keeps; 0 is "when it is scraped".
using UnixMillis = std::int64_t;

/// An observation that stands for its bucket or counter, with a trace that shows what it was.
struct Exemplar {
  std::vector<Label> labels{};  ///< names and values together at most 128 code points (OpenMetrics 1.0)
  double value = 0;
  UnixNanos timestamp = 0;
};

/// The buckets of a native histogram: bucket i of `positive` holds (b^(i-1), b^i] with b = 2^(2^-schema), `negative`
/// its mirror image, and zero_count what lies within ±zero_threshold
/// (https://prometheus.io/docs/specs/native_histograms/).
struct NativeBuckets {
  struct Bucket {
    std::int32_t index;
    std::uint64_t count;

    friend bool operator==(const Bucket&, const Bucket&) = default;
  };

  std::int32_t schema = 0;  ///< -4 to 8
  double zero_threshold = 0;
  std::uint64_t zero_count = 0;
  std::vector<Bucket> positive{};  ///< by ascending index; those that are missing are empty
  std::vector<Bucket> negative{};
  bool present = false;  ///< false: the histogram has no native buckets, and the rest says nothing
};

/// One series as plain data. `value` serves counters, gauges and untyped; the rest says for which types it is.
struct MetricSnapshot {
  struct Bucket {
    double upper_bound;  ///< the last is +Inf
    std::uint64_t cumulative_count;
  };
  struct Quantile {
    double quantile;
    double value;
  };
  struct State {
    std::string name;
    bool enabled;
  };

  std::vector<Label> labels{};  ///< for Info, the labels that are the information come last
  double value = 0;
  std::uint64_t count = 0;            ///< histograms, summaries
  double sum = 0;                     ///< histograms, summaries
  std::vector<Bucket> buckets{};      ///< histograms
  std::vector<Quantile> quantiles{};  ///< summaries
  NativeBuckets native{};             ///< histograms
  std::vector<State> states{};        ///< state sets
  std::vector<Exemplar> exemplars{};  ///< counters: at most one; histograms: any, each in the bucket of its value
  UnixNanos created = 0;              ///< counters, histograms, summaries: when counting began
  /// Counters whose value is a whole number: the number itself, exact up to 2^64. Used if its double equals `value`.
  std::uint64_t whole = 0;
  /// When the numbers were true, if that is not now, as those of a file or of another machine: at most the end of the
  /// year 9999. In OpenMetrics written in seconds. Prometheus takes no sample that is older than the last one, and one
  /// with a time doesn't go stale when it vanishes: leave it 0 unless the source has times of its own.
  UnixMillis timestamp = 0;
};

/// One metric family as plain data: what a collector gives to a registry, and a registry to a bridge or a format.
struct FamilySnapshot {
  /// As in text format 0.0.4: of counters with `_total`, of infos with `_info`. A counter that lacks it has this very
  /// name in every format, and is of type unknown in OpenMetrics (FamilyOptions::exact_name).
  std::string name;
  std::string help;
  MetricType type = MetricType::Untyped;
  std::vector<MetricSnapshot> metrics{};
  std::string unit{};  ///< empty, or what the name (without `_total`) ends in: "seconds", "bytes"
};

}  // namespace vitals
