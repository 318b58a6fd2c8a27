#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/rules/draft.hpp"

namespace vitals::tool {

/// A counter whose rate changes from phase to phase, or a gauge whose value does; without one there is no series yet.
struct PhasedSeries {
  std::string metric;
  Labels labels;  ///< without `job`
  std::vector<std::optional<double>> values;
  bool is_gauge = false;
  std::string job = {};  ///< empty: that of the test
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
  Labels labels = {};                              ///< of the record, without `job`
  std::vector<std::optional<double>> values = {};  ///< at the end of each phase; empty: no series
  std::vector<BetweenPhases> between = {};
  std::string family = {};  ///< as that of RuleTest
};

void add_test(Draft& draft, const RecordTest& test);

/// Records `part` / `whole`, which are records too; nothing where the whole is 0. `labels`: of both, without `job`.
/// `recorded_of`: to test it, what makes a part of 0.125 and a whole of 0.5, then two of 0; empty: they are given as
/// they are.
void add_ratio(Draft& draft, std::string_view group, const std::string& name, const std::string& part,
               const std::string& whole, const Labels& labels, std::vector<PhasedSeries> recorded_of);

/// Between two phases a value that is proportional to the rates.
BetweenPhases halfway(std::size_t phase, double before, double after);

}  // namespace vitals::tool
