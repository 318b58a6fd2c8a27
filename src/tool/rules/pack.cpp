#include "tool/rules/pack.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace vitals::tool {
namespace {

// In more, what one test costs in each step of the others would be more than what sharing saves.
constexpr std::size_t kMostInCase = 32;

bool is_same_series(const InputSeries& a, const InputSeries& b) { return a.metric == b.metric && a.labels == b.labels; }

bool is_same(const InputSeries& a, const InputSeries& b) { return is_same_series(a, b) && a.values == b.values; }

auto find_series(const std::vector<InputSeries>& in, const InputSeries& series) {
  return std::ranges::find_if(in, [&series](const InputSeries& other) { return is_same_series(other, series); });
}

bool clash(const RuleTest& a, const RuleTest& b) {
  return std::ranges::any_of(a.inputs, [&b](const InputSeries& input) {
    const auto other = find_series(b.inputs, input);
    return other != b.inputs.end() && !is_same(*other, input);
  });
}

bool have_same_inputs(const RuleTest& a, const RuleTest& b) { return std::ranges::equal(a.inputs, b.inputs, is_same); }

void add_to(RuleTest& to, const RuleTest& test) {
  for (const auto& name : test.rules) {
    if (std::ranges::find(to.rules, name) == to.rules.end()) to.rules.push_back(name);
  }
  for (const auto& input : test.inputs) {
    if (find_series(to.inputs, input) == to.inputs.end()) to.inputs.push_back(input);
  }
  to.is_alone = to.is_alone || test.is_alone;
  to.expected.insert(to.expected.end(), test.expected.begin(), test.expected.end());
}

std::size_t last_step(const RuleTest* test) {
  std::size_t last = 0;
  for (const auto& expected : test->expected) last = std::max(last, expected.step);
  return last;
}

}  // namespace

std::vector<std::vector<const RuleTest*>> cases_of(const RuleTests& tests) {
  std::vector<const RuleTest*> sharing;
  std::vector<std::vector<const RuleTest*>> cases;
  for (const auto& test : tests.tests) {
    if (test.is_alone) {
      cases.push_back({&test});
    } else {
      sharing.push_back(&test);
    }
  }
  std::ranges::stable_sort(sharing, std::greater{}, last_step);
  for (std::size_t i = 0; i < sharing.size(); ++i) {
    if (i % kMostInCase == 0) cases.emplace_back();
    cases.back().push_back(sharing[i]);
  }
  return cases;
}

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
