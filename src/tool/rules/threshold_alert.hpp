#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tool/rules/draft.hpp"

namespace vitals::tool {

/// A series of a test: a metric, and labels without `job`.
struct TestSeries {
  std::string metric;
  Labels labels = {};
};

/// What must be above a limit for an alert to mean anything: mostly the traffic.
struct Guard {
  std::string on;  ///< the labels by which it is joined: "job, method"
  std::string expr;
  double limit;
  TestSeries tested = {};  ///< the series that has its value
};

/// An alert that fires when a value crosses a limit for some time.
struct ThresholdAlert {
  std::string name = {};
  Labels labels = {};  ///< severity and others
  std::chrono::seconds wait = {};
  std::chrono::seconds keep = {};
  std::string summary = {};
  std::string description = {};

  std::string value = {};       ///< an expression
  std::string comparison = {};  ///< >, <, <= or ==
  double limit = 0;
  std::optional<Guard> guard = {};

  // How it is tested.
  TestSeries tested = {};  ///< the series that has the value; its labels and `job` are the alert's
  double good = 0;         ///< the nearest value that doesn't cross the limit
  double bad = 0;          ///< the nearest that does
  std::vector<std::pair<TestSeries, double>> given = {};  ///< what the expression reads besides
  std::string family = {};  ///< of its tests: alerts of which none reads what another is tested with
};

/// A limit that values may not be above, or below: the limit itself is still good.
void set_limit(ThresholdAlert& alert, const std::string& comparison, double limit);

/// Adds the alert to the group, and its tests: on the limit, beyond it and back; with too little of what guards it.
/// Gives the rule with its labels as they are when it fires.
Rule add_alert(Draft& draft, RuleGroup& group, const ThresholdAlert& alert);

}  // namespace vitals::tool
