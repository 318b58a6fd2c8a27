#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vitals {

enum class MetricType { Counter, Gauge, Histogram, Summary, Untyped };

struct Label {
  std::string name;
  std::string value;
};

/// One series as plain data. `value` serves counters, gauges and untyped; the rest histograms and summaries.
struct MetricSnapshot {
  struct Bucket {
    double upper_bound;  ///< the last is +Inf
    std::uint64_t cumulative_count;
  };
  struct Quantile {
    double quantile;
    double value;
  };

  std::vector<Label> labels{};
  double value = 0;
  std::uint64_t count = 0;
  double sum = 0;
  std::vector<Bucket> buckets{};
  std::vector<Quantile> quantiles{};
};

/// One metric family as plain data: what a collector gives to a registry, and a registry to a bridge.
struct FamilySnapshot {
  std::string name;
  std::string help;
  MetricType type = MetricType::Untyped;
  std::vector<MetricSnapshot> metrics{};
};

}  // namespace vitals
