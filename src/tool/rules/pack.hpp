#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tool/rules/promql.hpp"

namespace vitals::tool {

/// A recording rule, or an alert.
struct Rule {
  enum class Kind { Record, Alert };

  Kind kind;
  std::string name;
  std::string expr;
  std::chrono::seconds wait = {};  ///< `for` of an alert
  std::chrono::seconds keep = {};  ///< its `keep_firing_for`
  Labels labels = {};
  Labels annotations = {};
};

/// Rules that are evaluated together, one after the other.
struct RuleGroup {
  std::string name;
  std::chrono::seconds interval;
  std::vector<Rule> rules = {};
};

struct InputSeries {
  std::string metric;
  Labels labels;
  std::string values;
};

/// What a query must give at a step of the test: each series with its labels, and its value. The query is a metric with
/// some labels, and what is before and after it: "abs(", " - 4) <= bool 0".
struct Expectation {
  std::string metric;
  Labels labels;
  std::size_t step;
  std::vector<std::pair<Labels, double>> samples = {};
  std::string before = {};
  std::string after = {};
};

/// A test of some rules. It gives what these read, or what that is recorded of.
struct RuleTest {
  std::vector<std::string> rules;  ///< names
  std::string what;
  /// Tests of the same `what` and family may be made one, if no series of theirs clash; empty: none may.
  std::string family = {};
  std::vector<InputSeries> inputs = {};
  std::vector<Expectation> expected = {};
  bool is_alone = false;  ///< it asks for series of all jobs, or has a job that rules name
};

/// Tests that share a file, since in that all have one interval of evaluation.
struct RuleTests {
  std::string file;
  std::chrono::seconds step;
  std::vector<RuleTest> tests = {};
};

/// Makes one test of those that may be.
void merge(RuleTests& tests);

/// Puts tests together, as cases of promtool's, which evaluates all rules of a file in each step of each case. Rules
/// are by job, so tests that last about as long share a case in which each has jobs of its own.
[[nodiscard]] std::vector<std::vector<const RuleTest*>> cases_of(const RuleTests& tests);

/// A file of rules, and its tests.
struct Pack {
  std::string name;  ///< "sla" of sla.rules.yml
  std::vector<RuleGroup> groups = {};
  std::vector<RuleTests> tests = {};
};

}  // namespace vitals::tool
