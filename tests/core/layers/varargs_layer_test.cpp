#include "core/layers/varargs_layer.h"

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/layers/varargs_layer.hpp"

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string text() { return vitals::to_text(metric_registry()); }

TEST(VarargsLayer, CountersKeepTheirNamesAndEachSeriesItsLabels) {
  metric_counter_add("s1_setups", 2, 0);
  metric_counter_add("s1_setups", 1, 1, "result", "ok");
  metric_counter_add("s1_setups", 0.5, 2, "result", "failed", "cause", "timeout");
  metric_counter_add("s1_setups", 0.5, 2, "cause", "timeout", "result", "failed");

  EXPECT_THAT(text(), AllOf(HasSubstr("# TYPE s1_setups counter\n"), HasSubstr("\ns1_setups 2\n"),
                            HasSubstr("\ns1_setups{result=\"ok\"} 1\n"),
                            HasSubstr("\ns1_setups{cause=\"timeout\",result=\"failed\"} 1\n")));
}

TEST(VarargsLayer, GaugesAreSetRaisedAndRemoved) {
  metric_gauge_set("sessions", 5, 1, "cell", "a");
  metric_gauge_add("sessions", -2, 1, "cell", "a");
  metric_gauge_set("sessions", 7, 1, "cell", "b");
  EXPECT_THAT(text(), AllOf(HasSubstr("sessions{cell=\"a\"} 3\n"), HasSubstr("sessions{cell=\"b\"} 7\n")));

  EXPECT_EQ(metric_gauge_remove("sessions", 1, "cell", "a"), 1);
  EXPECT_EQ(metric_gauge_remove("sessions", 1, "cell", "a"), 0);
  EXPECT_EQ(metric_gauge_remove("no_such_gauge", 0), 0);
  EXPECT_THAT(text(), AllOf(Not(HasSubstr("cell=\"a\"")), HasSubstr("sessions{cell=\"b\"} 7\n")));
}

TEST(VarargsLayer, FirstCallGivesTheBounds) {
  const std::array<double, 2> first{1, 2};
  const std::array<double, 1> other{9};
  metric_histogram_observe("latency", 1.5, first.data(), first.size(), 1, "op", "read");
  metric_histogram_observe("latency", 1.5, other.data(), other.size(), 1, "op", "write");

  EXPECT_THAT(text(), AllOf(HasSubstr("latency_bucket{op=\"read\",le=\"2\"} 1\n"),
                            HasSubstr("latency_bucket{op=\"write\",le=\"2\"} 1\n"), Not(HasSubstr("le=\"9\""))));
}

TEST(VarargsLayer, NamesOfRemovedMetricsServeOthers) {
  metric_counter_add("mode", 1, 0);
  EXPECT_EQ(metric_remove("mode"), 1);
  EXPECT_EQ(metric_remove("mode"), 0);
  metric_gauge_set("mode", 4, 1, "of", "cell");

  EXPECT_THAT(text(), AllOf(HasSubstr("# TYPE mode gauge\n"), HasSubstr("mode{of=\"cell\"} 4\n")));
}

TEST(VarargsLayer, WhatCannotBeIsDroppedAndTold) {
  const std::size_t before = metric_errors();
  metric_counter_add("kind", 1, 0);
  metric_gauge_set("kind", 1, 0);
  EXPECT_THAT(metric_last_error(), HasSubstr("kind"));
  metric_counter_add("kind", 1, 1, "no label", "x");
  EXPECT_THAT(metric_last_error(), HasSubstr("no label"));
  metric_counter_add("kind", 1, 2, "twice", "a", "twice", "b");
  EXPECT_THAT(metric_last_error(), HasSubstr("twice"));
  metric_counter_add(nullptr, 1, 0);
  metric_counter_add("kind", 1, 33);
  const std::array<double, 2> falling{2, 1};
  metric_histogram_observe("falling", 1, falling.data(), falling.size(), 0);
  EXPECT_THAT(metric_last_error(), HasSubstr("falling"));

  EXPECT_EQ(metric_errors(), before + 6);
  EXPECT_THAT(text(), AllOf(HasSubstr("\nkind 1\n"), Not(HasSubstr("falling"))));
}

TEST(VarargsLayer, NoCallIsLostWhileOthersRemove) {
  constexpr int kRounds = 2'000;
  const std::size_t before = metric_errors();
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < kRounds; ++i) {
        metric_counter_add("kept", 1, 1, "thread", "any");
        metric_gauge_set("fleeting", i, 1, "n", std::to_string(i % 7).c_str());
      }
    });
  }
  std::thread remover{[&] {
    while (!done) {
      metric_gauge_remove("fleeting", 1, "n", "3");
      metric_remove("fleeting");
      (void)text();
    }
  }};
  for (auto& thread : threads) thread.join();
  done = true;
  remover.join();

  EXPECT_EQ(metric_errors(), before);
  EXPECT_EQ(vitals::testing::value(metric_registry(), "kept", {{"thread", "any"}}), 2 * kRounds);
}

}  // namespace
