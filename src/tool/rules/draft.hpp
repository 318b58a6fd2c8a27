#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/rules/pack.hpp"
#include "tool/rules/promql.hpp"
#include "tool/rules/timeline.hpp"

namespace vitals::tool {

// Intervals of evaluation. Rates over two minutes, and Prometheus's look-back of five, want short ones; what looks back
// for days may be two minutes late.
inline constexpr std::chrono::seconds kInterval{30};
inline constexpr std::chrono::minutes kLongInterval{2};
/// Over which time rates are, where nothing says otherwise.
inline constexpr std::chrono::minutes kRateWindow{5};

/// A pack as it is made: what all parts of it need.
class Draft {
 public:
  Draft(const ServiceLevels& levels, std::string pack, std::string job, std::string runbooks);

  const ServiceLevels& levels;
  const Selectors select;
  Pack pack;

  /// The group of that name, made if there is none yet.
  RuleGroup& group(std::string_view name, std::chrono::seconds interval = kInterval);
  void record(std::string_view group, std::string name, std::string expr, Labels labels = {});
  /// Adds `runbook_url`; labels are plain texts. Gives the rule with its labels as they are when it fires.
  Rule alert(RuleGroup& group, Rule rule, std::string summary, std::string description);

  /// The tests of what takes that long: its steps are the longest of which that has enough.
  [[nodiscard]] RuleTests& tests_of(std::chrono::seconds length);
  /// The job in tests.
  [[nodiscard]] std::string job() const { return select.job().empty() ? "app" : select.job(); }

 private:
  std::string runbooks_;
};

/// As a part of an alert's labels or annotations, which are templates to Prometheus.
[[nodiscard]] std::string template_text(const std::string& text);

/// " for 5m", as the end of a sentence; empty: at once.
[[nodiscard]] std::string for_time(std::chrono::seconds wait);

/// A case of the draft's unit tests, which becomes a part of it with add().
class TestCase {
 public:
  /// `length`: the time that it takes, by which it goes to the tests with short or with long steps.
  TestCase(Draft& draft, std::string rule, std::string what, std::chrono::seconds length, std::string family = {});

  [[nodiscard]] std::chrono::seconds step() const noexcept { return tests_.step; }
  /// So many steps are at least that long.
  [[nodiscard]] std::size_t steps(std::chrono::seconds time) const;
  [[nodiscard]] Timeline line() const { return Timeline{step()}; }

  void give(std::string_view metric, const Labels& labels, const std::string& values);
  /// That the record has one series with these labels, which are all that it has, and a value that is at most
  /// `tolerance` off.
  void expect(const std::string& record, const Labels& labels, std::size_t step, double value, double tolerance = 0);
  void expect_none(const std::string& metric, const Labels& labels, std::size_t step);
  /// From now on alerts of all jobs are looked at, not those of its own alone.
  void ask_of_all_jobs() { test_.is_alone = true; }
  /// That the alerts of the rule are in the state "pending" or "firing", one for each of `series`.
  void expect_alerts(const Rule& rule, std::size_t step, std::string_view state, const std::vector<Labels>& series);
  void expect_no_alert(const Rule& rule, std::size_t step);
  void add();

 private:
  [[nodiscard]] Expectation alerts_of(const Rule& rule, std::size_t step) const;

  RuleTests& tests_;
  std::string job_;
  RuleTest test_;
};

}  // namespace vitals::tool
