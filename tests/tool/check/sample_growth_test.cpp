#include "tool/check/sample_growth.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

using Samples = std::vector<TimedValue>;

PrometheusSeries series(const std::string& name, const std::string& instance, Samples samples, Labels more = {}) {
  more.emplace_back("instance", instance);
  more.emplace_back("job", "a");
  std::sort(more.begin(), more.end());
  return {name, more, std::move(samples)};
}

PrometheusSeries bucket(const std::string& le, Samples samples) {
  return series("h_bucket", "i", std::move(samples), {{"le", le}});
}

PrometheusSeries start(Samples samples) { return series("process_start_time_seconds", "i", std::move(samples)); }

double grown(const SampleGrowth& growth, const std::string& name, const std::string& le = "") {
  double sum = 0;
  for (const auto& one : growth.growth()) {
    if (one.name == name && label_value(one.labels, "le") == le) sum += one.growth;
  }
  return sum;
}

double growth_of(const std::vector<PrometheusSeries>& all) {
  SampleGrowth growth(50);
  growth.add(all);
  return grown(growth, "c_total");
}

TEST(SampleGrowth, IsTheDifferenceOfTheLastAndTheFirst) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 5}, {115, 7}, {130, 12}})}), 7);
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 5}})}), 0);
}

TEST(SampleGrowth, InstancesAreSummed) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 5}, {115, 7}}), series("c_total", "k", {{103, 50}, {118, 51}})}),
            3);
}

// As increase() of Prometheus does: 100, 150, 20, 30 is 50 + 20 + 10.
TEST(SampleGrowth, WhatWentBackCountsFromZero) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 100}, {115, 150}, {130, 20}, {145, 30}})}), 80);
}

// By 130 the new process has overtaken what the old one had at 115: the value alone would not show it.
TEST(SampleGrowth, RestartThatOvertookIsSeenByTheStartTime) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 100}, {115, 150}, {130, 170}}),
                       start({{100, 7}, {115, 7}, {130, 120}})}),
            50 + 170);
}

TEST(SampleGrowth, StartTimeThatIsASecondOffIsNoRestart) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 100}, {115, 150}}), start({{100, 7}, {115, 8}})}), 50);
}

// One bucket went back, and the other overtook: both belong to a histogram that began anew.
TEST(SampleGrowth, BucketsOfOneHistogramAreResetTogether) {
  SampleGrowth growth(50);
  growth.add({bucket("0.1", {{100, 5}, {115, 7}}), bucket("+Inf", {{100, 10}, {115, 8}}),
              series("h_count", "i", {{100, 10}, {115, 8}})});

  EXPECT_EQ(grown(growth, "h_bucket", "0.1"), 7);
  EXPECT_EQ(grown(growth, "h_bucket", "+Inf"), 8);
  EXPECT_EQ(grown(growth, "h_count"), 8);
}

// A series that expired and came again says nothing of the others.
TEST(SampleGrowth, SeriesThatBeganAnewLeavesTheOthers) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 100}, {115, 3}}), start({{100, 7}, {115, 7}}),
                       series("c_total", "i", {{100, 1000}, {115, 1001}}, {{"status", "200"}})}),
            4);
}

TEST(SampleGrowth, SeriesThatBeginsLaterThanItsInstanceGrewFromZero) {
  EXPECT_EQ(growth_of({series("c_total", "i", {{100, 100}, {115, 100}}),
                       series("c_total", "i", {{115, 3}}, {{"status", "500"}})}),
            3);
}

/// Of one of the targets from whose series relabelling took the label instance.
PrometheusSeries of_pod(const std::string& name, const std::string& pod, Samples samples, Labels more = {}) {
  more.emplace_back("pod", pod);
  return series(name, "", std::move(samples), std::move(more));
}

// The pod that is scraped later in the cycle is not younger: a million requests of its life would hide the errors.
TEST(SampleGrowth, TargetThatIsScrapedLaterInTheCycleIsNotNew) {
  SampleGrowth growth(50);
  for (const auto& [pod, at] : {std::pair{"a", 100.0}, std::pair{"b", 107.0}}) {
    growth.add({of_pod("c_total", pod, {{at, 1e6}, {at + 15, 1e6}}, {{"status", "200"}}),
                of_pod("c_total", pod, {{at + 15, 3}}, {{"status", "500"}})});
  }

  EXPECT_EQ(grown(growth, "c_total"), 6);
}

// Also where both are scraped at one time, as their processes tell them apart.
TEST(SampleGrowth, RestartIsOfTheProcessWithTheSameLabelsAlone) {
  SampleGrowth growth(50);
  growth.add({of_pod("c_total", "a", {{100, 1000}, {115, 1010}}), of_pod("c_total", "b", {{100, 2000}, {115, 2002}}),
              of_pod("process_start_time_seconds", "a", {{100, 7}, {115, 110}}),
              of_pod("process_start_time_seconds", "b", {{100, 7}, {115, 7}})});

  EXPECT_EQ(grown(growth, "c_total"), 1010 + 2);
  EXPECT_EQ(growth.instances(), 2U);
  EXPECT_EQ(growth.resets(), 1U);
}

// Two Prometheus servers that scrape the same instance and write to one receiver.
TEST(SampleGrowth, ReplicaThatBeganLaterDoesNotCountALifetime) {
  const auto replica = [](const std::string& name, Samples samples) {
    return series("c_total", "i", std::move(samples), {{"replica", name}});
  };

  EXPECT_EQ(growth_of({replica("one", {{100, 500}, {115, 510}, {130, 520}}), replica("two", {{122, 515}, {137, 523}})}),
            20 + 8);
}

// A part may begin with a scrape in which a series is new.
TEST(SampleGrowth, SeriesThatBeginsInALaterPartGrewFromZero) {
  SampleGrowth growth(50);
  growth.add({series("c_total", "i", {{100, 100}, {115, 100}})});
  growth.add({series("c_total", "i", {{130, 100}}), series("c_total", "i", {{130, 3}}, {{"status", "500"}})});

  EXPECT_EQ(grown(growth, "c_total"), 3);
}

TEST(SampleGrowth, InstanceThatWasAlreadyRunningGrewFromItsFirstSample) {
  SampleGrowth growth(50);
  growth.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 7}, {115, 7}})});
  EXPECT_EQ(grown(growth, "c_total"), 4);

  SampleGrowth began(50);
  began.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 90}, {115, 90}})});
  EXPECT_EQ(grown(began, "c_total"), 104);
}

// What a process counted before its first sample is counted, so that the time is since it began: rates are of that
// time.
TEST(SampleGrowth, TimeBeginsWithTheProcessWhoseCountsAreWhole) {
  SampleGrowth growth(50);
  growth.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 60}, {115, 60}})});
  EXPECT_EQ(growth.seconds(), 55);
  EXPECT_EQ(growth.begin_of_process(), 60);

  SampleGrowth older(70);
  older.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 60}, {115, 60}})});
  EXPECT_EQ(older.seconds(), 15);
  EXPECT_EQ(older.begin_of_process(), std::nullopt);
}

// Parts of the time may share their ends, as ranges of Prometheus 2 do.
TEST(SampleGrowth, IsTheSameInParts) {
  SampleGrowth growth(50);
  growth.add({series("c_total", "i", {{100, 100}, {115, 150}})});
  growth.add({series("c_total", "i", {{115, 150}, {130, 20}})});
  growth.add({series("c_total", "i", {{130, 20}, {145, 30}})});

  EXPECT_EQ(grown(growth, "c_total"), 80);
  EXPECT_EQ(growth.seconds(), 45);
  EXPECT_EQ(growth.instances(), 1U);
  EXPECT_EQ(growth.resets(), 1U);
}

}  // namespace
}  // namespace vitals::tool
