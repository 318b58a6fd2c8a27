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

TEST(SampleGrowth, InstanceThatWasAlreadyRunningGrewFromItsFirstSample) {
  SampleGrowth growth(50);
  growth.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 7}, {115, 7}})});
  EXPECT_EQ(grown(growth, "c_total"), 4);

  SampleGrowth began(50);
  began.add({series("c_total", "i", {{100, 100}, {115, 104}}), start({{100, 90}, {115, 90}})});
  EXPECT_EQ(grown(began, "c_total"), 104);
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
