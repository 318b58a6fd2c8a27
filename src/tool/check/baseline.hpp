#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "tool/check/check.hpp"
#include "tool/check/confidence.hpp"
#include "tool/check/judge.hpp"

namespace vitals::tool {

/// An earlier report, --baseline, with which each row is compared that has its name, and --max-regression:
/// - what got worse by more is a warning, unless the 95 % intervals of both values overlap. Then a percentile is
///   unknown, as there are too few samples to tell it from noise, and a ratio as it was: its few bad events are judged
///   by its target;
/// - "worse" is by how much a time, a rate or a gauge moved away from its target, and of a ratio by how much the share
///   grew that the target calls bad;
/// - a row whose counterpart had too few samples is unknown. Rows that one side alone has are told.
class Baseline {
 public:
  /// Reads it. Throws std::invalid_argument: an option or the report is wrong.
  explicit Baseline(const CheckArguments& arguments);

  /// Throws std::invalid_argument if nothing can be compared.
  void compare(Judgement& judgement, std::size_t min_samples) const;

 private:
  struct Row {
    std::string measure, metric, unit, direction;
    std::optional<double> value{};
    std::optional<Interval> interval{};
    double samples = 0;
  };
  class Reader;
  class Rule;

  std::string path_;
  double most_;
  std::map<std::string, Row> rows_;
};

}  // namespace vitals::tool
