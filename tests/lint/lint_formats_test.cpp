// One registry is judged alike in every format.
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lint.hpp>
#include <vitals/vitals.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The rules that the formats find broken: if not the same, what each says.
std::vector<std::string> rules(const Registry& registry) {
  const auto of = [](const std::vector<LintProblem>& problems) {
    std::vector<std::string> all;
    all.reserve(problems.size());
    for (const auto& problem : problems) all.push_back(problem.rule);
    return all;
  };
  const auto text = lint_exposition(to_text(registry), LintFormat::Text);
  const auto text1 = lint_exposition(to_text(registry), LintFormat::Text1);
  const auto openmetrics = lint_exposition(to_openmetrics(registry), LintFormat::OpenMetrics);
  const auto protobuf = lint_exposition(to_protobuf(registry), LintFormat::Protobuf);
  EXPECT_EQ(of(text), of(text1)) << shown(text) << shown(text1);
  EXPECT_EQ(of(text), of(openmetrics)) << shown(text) << shown(openmetrics);
  EXPECT_EQ(of(text), of(protobuf)) << shown(text) << shown(protobuf);
  return of(text);
}

TEST(LintFormats, AConstantLabelIsFoundInEach) {
  Registry registry{{.labels = {{"region", "west"}}}};
  registry.gauge("a", "A.").set(1);
  EXPECT_THAT(rules(registry), IsEmpty());  // one family may have its reasons

  registry.counter("b_total", "B.", {"x"}).with("1").inc();
  registry.histogram("c_seconds", "C.").observe(1);
  registry.summary("d_seconds", "D.").observe(1);
  registry.state_set("e", "E.", {"on", "off"});
  registry.info("f", "F.", {{"version", "1"}});
  EXPECT_THAT(rules(registry), IsEmpty());  // so few say nothing

  auto& more = registry.gauge("g", "G.", {"x"});
  for (int i = 0; i < 10; ++i) more.with(i).set(1);

  EXPECT_THAT(rules(registry), ElementsAre("constant-label"));
}

TEST(LintFormats, NoLabelIsConstantThatOneSeriesHasNot) {
  Registry registry;
  registry.gauge("a", "A.", {"region", "x"}).with("west", "1").set(1);
  registry.counter("b_total", "B.", {"region"}).with("west").inc();
  for (int i = 2; i <= 8; ++i) registry.gauge("a", "A.", {"region", "x"}).with("west", i).set(1);
  EXPECT_THAT(rules(registry), IsEmpty());  // nine series
  registry.gauge("a", "A.", {"region", "x"}).with("west", 9).set(1);
  EXPECT_THAT(rules(registry), ElementsAre("constant-label"));

  registry.counter("b_total", "B.", {"region"}).with("east").inc();

  EXPECT_THAT(rules(registry), IsEmpty());
}

TEST(LintFormats, ConventionsAreThoseOfEach) {
  Registry registry;
  registry.gauge("a_milliseconds", "").set(1);
  registry.counter("b_by_path_total", "B.", {"path"}).with("1").inc();
  registry.counter("c_total", "C.", {"empty"}).with("").inc();
  registry.histogram("queueLength", "Q.").observe(1);

  EXPECT_THAT(rules(registry),
              ElementsAre("help-missing", "base-unit", "label-in-name", "empty-label-value", "camel-case"));
}

TEST(LintFormats, TimesOfCollectorsAreAWarningAtMost) {
  Registry registry;
  registry.keep_collector([](auto& out) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    out.push_back({"a_seconds",
                   "A.",
                   MetricType::Histogram,
                   {{.count = 2, .sum = 1, .buckets = {{1, 1}, {kInfinity, 2}}, .timestamp = 1'700'000'000'500}}});
    out.push_back({"b_total", "B.", MetricType::Counter, {{.value = 2, .timestamp = 1'700'000'000'500}}});
  });

  for (const auto& rule : rules(registry)) EXPECT_EQ(rule, "explicit-timestamp");
}

}  // namespace
}  // namespace vitals
