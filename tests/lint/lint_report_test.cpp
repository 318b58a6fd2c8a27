// Which problems are listed: those that are wanted, each once, and not without end.
#include "core/lint/lint_report.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

using detail::LintReport;
using detail::LintRule;

TEST(LintReport, WhatIsNotWantedDoesNotCount) {
  LintReport report{{"spacing"}, false};
  for (std::size_t line = 1; line <= kMaxLintProblems + 1; ++line) {
    report.error({line, 1}, "a", LintRule::Spacing, "ignored");
    report.warning({line, 1}, "a", LintRule::CountValue, "a warning");
  }
  EXPECT_FALSE(report.full());
  report.error({9999, 1}, "a", LintRule::CountValue, "an error");

  const auto problems = report.take();

  ASSERT_EQ(problems.size(), 1U) << shown(problems);
  EXPECT_EQ(problems.front().message, "an error");
}

TEST(LintReport, SaysOnceThatThereAreMore) {
  const auto errors = [](LintReport report) {
    for (std::size_t line = 1; line <= kMaxLintProblems + 1; ++line)
      report.error({line, 1}, "a", LintRule::CountValue, "text");
    return report.take();
  };

  EXPECT_EQ(errors(LintReport{}).back().rule, "too-many-problems");
  EXPECT_EQ(errors(LintReport{}).size(), kMaxLintProblems + 1);
  EXPECT_EQ(errors(LintReport{{"too-many-problems"}, true}).size(), kMaxLintProblems);
  EXPECT_EQ(errors(LintReport{{}, false}).size(), kMaxLintProblems);
}

TEST(LintReport, ListsTheSameProblemOnce) {
  LintReport report;
  for (int i = 0; i < 2; ++i) {
    report.error({1, 1}, "a", LintRule::CountValue, "text");
    report.error({1, 1}, "a", LintRule::CountValue, "another text");
    report.error({1, 2}, "a", LintRule::CountValue, "text");
  }

  EXPECT_EQ(report.take().size(), 3U);
}

// A name may be as long as the body that it stands in, and be wrong on each line.
TEST(LintExposition, WhatItTellsOfALongNameIsShort) {
  const std::string name(200'000, 'x');
  std::string text = "# TYPE " + name + " counter\n";
  for (int i = 0; i < 3; ++i) text += name + "  -1\n";

  const auto problems = lint_exposition(text, LintFormat::Text);

  EXPECT_GE(problems.size(), 4U);
  for (const auto& problem : problems) {
    EXPECT_LE(problem.metric.size(), 300U) << problem.rule;
    EXPECT_LE(problem.message.size(), 1000U) << problem.rule;
  }
}

TEST(LintExposition, LeavesOutWhatItIsTold) {
  const std::string text = "# TYPE a gauge\na 1\na 2\n";

  EXPECT_EQ(lint_exposition(text, LintFormat::Text).size(), 2U);
  EXPECT_EQ(lint_exposition(text, LintFormat::Text, {.warnings = false}).size(), 1U);
  EXPECT_EQ(lint_exposition(text, LintFormat::Text, {.ignored = {"duplicate-series", "help-missing"}}).size(), 0U);
}

}  // namespace
}  // namespace vitals
