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
  std::string series;
  std::string values;
};

/// What a query must give at a step of the test: each series with its labels, and its value.
struct Expectation {
  std::string query;
  std::size_t step;
  std::vector<std::pair<std::string, double>> samples;
};

/// A case of promtool's unit tests of some rules. It gives what these read, or what that is recorded of.
struct RuleTest {
  std::vector<std::string> rules;  ///< names
  std::string what;
  /// Tests of the same `what` and family may be made one, if no series of theirs clash; empty: none may.
  std::string family = {};
  std::vector<InputSeries> inputs = {};
  std::vector<Expectation> expected = {};
};

/// Tests that share a file, since in that all have one interval of evaluation.
struct RuleTests {
  std::string file;
  std::chrono::seconds step;
  std::vector<RuleTest> tests = {};
};

/// Makes one test of those that may be: promtool evaluates all rules of a file in each step of each test.
void merge(RuleTests& tests);

/// A file of rules, and its tests.
struct Pack {
  std::string name;  ///< "sla" of sla.rules.yml
  std::vector<RuleGroup> groups = {};
  std::vector<RuleTests> tests = {};
};

}  // namespace vitals::tool
