// docs/lint.md quotes this: a test that holds a program's metrics against all rules.
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>
#include <vitals/vitals.hpp>

// What your program does to count, so that each of its metrics has a series.
void serve(vitals::Registry& registry) {
  registry.counter("requests_total", "Requests.", {"status"}).with(200).inc();
  registry.histogram("request_duration_seconds", "Time per request.").observe(0.2);
}

TEST(Metrics, FollowTheRules) {
  vitals::Registry registry;
  serve(registry);

  for (const auto& problem : vitals::lint_exposition(vitals::to_text(registry), vitals::LintFormat::Text))
    ADD_FAILURE() << problem.metric << ": " << problem.message << " [" << problem.rule << "]";
}
