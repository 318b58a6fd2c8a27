#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tool/rules/draft.hpp"

namespace vitals::tool {

/// A counter whose rate changes from phase to phase, or a gauge whose value does; without one there is no series yet.
struct PhasedSeries {
  std::string metric;
  Labels labels;  ///< without `job`
  std::vector<std::optional<double>> values;
  bool is_gauge = false;
};

/// What a record is half a window after a phase began: it tells windows of other lengths from that one.
struct BetweenPhases {
  std::size_t phase;
  double value;
  double tolerance;  ///< that windows with one sample less, as Prometheus 3 has them, stay within
};

/// Unit test of a rule that records rates of counters, or what is made of them.
struct RecordTest {
  std::string record;
  std::string what;
  std::chrono::seconds window = kRateWindow;
  std::vector<PhasedSeries> series = {};
  std::string query = {};                          ///< that gives one series
  Labels labels = {};                              ///< of its result, without `job`
  std::vector<std::optional<double>> values = {};  ///< at the end of each phase; empty: no series
  std::vector<BetweenPhases> between = {};
  std::string family = {};  ///< as that of RuleTest
};

void add_test(Draft& draft, const RecordTest& test);

/// Between two phases a value that is proportional to the rates.
BetweenPhases halfway(std::size_t phase, double before, double after);

}  // namespace vitals::tool
