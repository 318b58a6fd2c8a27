// Which problems are listed: those that are wanted, each once, and not without end.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/lint/lint_report.hpp"
#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

using detail::LintReport;

TEST(LintReport, WhatIsNotWantedDoesNotCount) {
  LintReport report{{.ignored = {"ignored-rule"}, .warnings = false}};
  for (std::size_t line = 1; line <= kMaxLintProblems + 1; ++line) {
    report.error({line, 1}, "a", "ignored-rule", "ignored");
    report.warning({line, 1}, "a", "another-rule", "a warning");
  }
  EXPECT_FALSE(report.full());
  report.error({9999, 1}, "a", "another-rule", "an error");

  const auto problems = report.take();

  ASSERT_EQ(problems.size(), 1U) << shown(problems);
  EXPECT_EQ(problems.front().message, "an error");
}

TEST(LintReport, SaysOnceThatThereAreMore) {
  const auto errors = [](LintReport report) {
    for (std::size_t line = 1; line <= kMaxLintProblems + 1; ++line) report.error({line, 1}, "a", "some-rule", "text");
    return report.take();
  };

  EXPECT_EQ(errors(LintReport{}).back().rule, "too-many-problems");
  EXPECT_EQ(errors(LintReport{}).size(), kMaxLintProblems + 1);
  EXPECT_EQ(errors(LintReport{{.ignored = {"too-many-problems"}}}).size(), kMaxLintProblems);
  EXPECT_EQ(errors(LintReport{{.warnings = false}}).size(), kMaxLintProblems);
}

TEST(LintReport, ListsTheSameProblemOnce) {
  LintReport report;
  for (int i = 0; i < 2; ++i) {
    report.error({1, 1}, "a", "some-rule", "text");
    report.error({1, 1}, "a", "some-rule", "another text");
    report.error({1, 2}, "a", "some-rule", "text");
  }

  EXPECT_EQ(report.take().size(), 3U);
}

TEST(LintExposition, LeavesOutWhatItIsTold) {
  const std::string text = "# TYPE a gauge\na 1\na 2\n";

  EXPECT_EQ(lint_exposition(text, LintFormat::Text).size(), 2U);
  EXPECT_EQ(lint_exposition(text, LintFormat::Text, {.warnings = false}).size(), 1U);
  EXPECT_EQ(lint_exposition(text, LintFormat::Text, {.ignored = {"duplicate-series", "help-missing"}}).size(), 0U);
}

}  // namespace
}  // namespace vitals
