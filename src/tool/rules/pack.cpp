#include "tool/rules/pack.hpp"

#include <algorithm>
#include <utility>

namespace vitals::tool {
namespace {

bool is_same(const InputSeries& a, const InputSeries& b) { return a.series == b.series && a.values == b.values; }

bool clash(const RuleTest& a, const RuleTest& b) {
  return std::ranges::any_of(a.inputs, [&b](const InputSeries& input) {
    const auto other = std::ranges::find(b.inputs, input.series, &InputSeries::series);
    return other != b.inputs.end() && !is_same(*other, input);
  });
}

bool have_same_inputs(const RuleTest& a, const RuleTest& b) { return std::ranges::equal(a.inputs, b.inputs, is_same); }

void add_to(RuleTest& to, const RuleTest& test) {
  for (const auto& name : test.rules) {
    if (std::ranges::find(to.rules, name) == to.rules.end()) to.rules.push_back(name);
  }
  for (const auto& input : test.inputs) {
    if (std::ranges::find(to.inputs, input.series, &InputSeries::series) == to.inputs.end()) to.inputs.push_back(input);
  }
  to.expected.insert(to.expected.end(), test.expected.begin(), test.expected.end());
}

}  // namespace

void merge(RuleTests& tests) {
  std::vector<RuleTest> merged;
  for (auto& test : tests.tests) {
    const auto may_have = [&test](const RuleTest& other) {
      if (have_same_inputs(other, test)) return true;
      return !test.family.empty() && other.family == test.family && other.what == test.what && !clash(other, test);
    };
    const auto found = std::ranges::find_if(merged, may_have);
    if (found == merged.end()) {
      merged.push_back(std::move(test));
    } else {
      add_to(*found, test);
    }
  }
  tests.tests = std::move(merged);
}

}  // namespace vitals::tool
