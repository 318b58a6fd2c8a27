// Declarations are held against promlint's rules as the registry is told.
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lint.hpp>
#include <vitals/vitals.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RegistryLint, IsOffUnlessAskedFor) {
  Registry registry;

  EXPECT_NO_THROW(registry.gauge("queueLength_milliseconds_total", ""));
}

TEST(RegistryLint, ReportsEachProblemOfANewDeclarationOnce) {
  std::vector<std::string> rules;
  Registry registry{{.on_lint = [&](const LintProblem& problem) { rules.push_back(problem.rule); }}};

  registry.gauge("good_seconds", "Good.");
  EXPECT_THAT(rules, IsEmpty());
  registry.gauge("queueLength", "");
  const auto first = rules;
  registry.gauge("queueLength", "");

  EXPECT_THAT(first, testing::SizeIs(2));
  EXPECT_EQ(rules, first);
}

TEST(RegistryLint, JudgesTheNameAsItWasGiven) {
  std::vector<std::string> metrics;
  Registry registry{{.on_lint = [&](const LintProblem& problem) { metrics.push_back(problem.metric); }}};

  registry.counter("jobs", "Jobs.");

  EXPECT_THAT(metrics, ElementsAre("jobs"));
  EXPECT_THAT(to_text(registry), HasSubstr("jobs_total 0\n"));
}

TEST(RegistryLint, JudgesCallbacksAndLabels) {
  std::vector<std::string> metrics;
  Registry registry{{.on_lint = [&](const LintProblem& problem) { metrics.push_back(problem.metric); }}};

  const auto token = registry.gauge_callback("wait_milliseconds", "Wait.", [] { return 1.0; });
  registry.counter("a_total", "A.", {"badLabel"});

  EXPECT_THAT(metrics, Contains("wait_milliseconds"));
  EXPECT_THAT(metrics, Contains("a_total"));
}

TEST(RegistryLint, JudgesLabelNamesOfRunTime) {
  Registry registry{{.refuse_lint = true}};

  EXPECT_THROW(registry.gauge("a", "A.", LabelNames{"badLabel"}), std::invalid_argument);
  EXPECT_NO_THROW(registry.gauge("a", "A.", LabelNames{"label"}));
}

// What Prometheus takes, and only a rule of style is against.
TEST(RegistryLint, ExpositionOfAnyLabelNamesHasOnlyTheWarningThatTheyDiffer) {
  Registry registry;
  auto& family = registry.histogram("a_seconds", "A.", LabelNames::any(), Buckets{1});
  family.with({{"x", 1}}).observe(1);
  family.with({{"y", 1}, {"z", 2}}).observe(1);
  family.with({}).observe(1);

  for (const auto& [bytes, format] :
       {std::pair{to_text(registry), LintFormat::Text}, std::pair{to_openmetrics(registry), LintFormat::OpenMetrics},
        std::pair{to_protobuf(registry), LintFormat::Protobuf}}) {
    const auto problems = lint_exposition(bytes, format);
    EXPECT_FALSE(problems.empty());
    for (const auto& problem : problems) EXPECT_EQ(problem.rule, "label-names-differ") << problem.message;
  }
}

TEST(RegistryLint, JudgesNamesInUpperCaseToo) {
  Registry registry{{.refuse_lint = true}};

  EXPECT_THROW(registry.gauge("WAIT_MS", "Wait."), std::invalid_argument);
}

TEST(RegistryLint, RefusesIfToldTo) {
  Registry registry{{.refuse_lint = true}};

  try {
    registry.gauge("wait_milliseconds", "Wait.");
    FAIL() << "nothing thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("wait_milliseconds"));
    EXPECT_THAT(error.what(), HasSubstr("seconds"));
  }
  EXPECT_EQ(to_text(registry), "");
  EXPECT_NO_THROW(registry.gauge("wait_seconds", "Wait."));
}

TEST(RegistryLint, WhatTheLibraryRegistersIsClean) {
  std::vector<LintProblem> declared;
  Registry registry{{.on_lint = [&](const LintProblem& problem) { declared.push_back(problem); }}};

  register_process_metrics(registry);
  register_allocator_metrics(registry);
  register_build_info(registry, {.version = "1.2", .revision = "abc"});
  register_library_metrics(registry);

  EXPECT_EQ(shown(declared), "");
  EXPECT_EQ(shown(lint_exposition(to_text(registry), LintFormat::Text)), "");
  EXPECT_EQ(shown(lint_exposition(to_openmetrics(registry), LintFormat::OpenMetrics)), "");
  EXPECT_EQ(shown(lint_exposition(to_protobuf(registry), LintFormat::Protobuf)), "");
}

TEST(RegistryLint, ExactNamesAndScopesAreCleanButForTheEnding) {
  Registry registry;
  for (const char* component : {"dns", "http"}) {
    const auto part = registry.scope({.prefix = "zeek_", .labels = {{"component", component}}});
    part.counter("lines", "Lines.", {"path"}, {.exact_name = true}).with("a").inc();
    part.histogram("took_seconds", "Time.", Buckets{1, 2}).observe(1.5);
    part.info("release", "Release.", {{"version", component}});
  }

  EXPECT_EQ(shown(lint_exposition(to_openmetrics(registry), LintFormat::OpenMetrics)), "");
  for (const auto& [text, format] :
       {std::pair{to_text(registry), LintFormat::Text}, std::pair{to_protobuf(registry), LintFormat::Protobuf}}) {
    const auto problems = lint_exposition(text, format);
    ASSERT_EQ(problems.size(), 1u) << shown(problems);
    EXPECT_EQ(problems[0].rule, "counter-total");
    EXPECT_EQ(problems[0].severity, LintProblem::Severity::Warning);
  }
}

// A callback may use the registry that calls it.
TEST(RegistryLint, CallsBackWithoutALock) {
  Registry* self = nullptr;
  Registry registry{{.on_lint = [&](const LintProblem&) { self->counter("problems_total", "Problems.").inc(); }}};
  self = &registry;

  registry.gauge("queueLength", "Length.");

  EXPECT_THAT(to_text(registry), HasSubstr("problems_total 1\n"));
}

}  // namespace
}  // namespace vitals
