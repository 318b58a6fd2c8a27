#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <vitals/family.hpp>
#include <vitals/native.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/summary.hpp>

namespace vitals::detail {

struct HistogramShape {
  std::vector<double> bounds;    // of classic buckets; none where there are native buckets alone
  std::optional<Native> native;  // with native buckets

  friend bool operator==(const HistogramShape&, const HistogramShape&) = default;
};

struct StateSetShape {
  std::vector<std::string> states;

  friend bool operator==(const StateSetShape&, const StateSetShape&) = default;
};

/// What metrics of one type alone are declared with; std::monostate for counters, gauges and untyped metrics.
using Shape = std::variant<std::monostate, HistogramShape, SummaryOptions, PeakOptions, StateSetShape>;

/// What a family is registered as. Two registrations of a name must agree in all of it but the options and the values
/// of constant labels.
struct Declaration {
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  std::vector<Label> constant_labels;  // of every series, before the others; valid UTF-8
  FamilyOptions options;
  std::string unit;  // of the options, whose own it replaces
  Shape shape;
  bool open_labels = false;         // each series has label names of its own; `labels` is empty
  bool omits_empty_labels = false;  // they are not shown. As with the options, the first declaration's holds

  /// Whether there is one metric, without labels.
  [[nodiscard]] bool is_single() const noexcept { return labels.empty() && !open_labels; }
};

}  // namespace vitals::detail
