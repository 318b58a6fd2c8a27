#include "tool/load/report.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tool/load/svg_plot.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;

Scenario scenario_of_one() {
  Scenario scenario;
  scenario.rate = 100;
  scenario.duration = 10;
  scenario.requests.resize(1);
  scenario.requests[0].method = "GET";
  scenario.requests[0].route = "/a";
  return scenario;
}

// A load of which `good` requests took 20 ms and `lost` had no answer.
struct Sample {
  Sample(std::uint64_t good, std::uint64_t lost) {
    result.tally.routes.resize(1);
    result.seconds = 10;
    for (std::uint64_t i = 0; i < good; ++i) record({200}, 0.02);
    for (std::uint64_t i = 0; i < lost; ++i) record({0, Failure::Lost}, 0.5);
    result.timeline.add(10, good + lost, lost, metrics.latency());
  }

  void record(const Outcome& outcome, double seconds) {
    result.tally.routes[0].add(outcome, seconds);
    metrics.record(0, outcome, seconds);
  }
  [[nodiscard]] LoadReport report() const { return make_report(scenario, "http://h", metrics, result, nullptr); }

  Scenario scenario = scenario_of_one();
  LoadMetrics metrics{scenario.requests, {}};
  LoadResult result;
};

TEST(LoadReport, ATableHasARowForEachRequestAndOneForAll) {
  const Sample sample(1000, 0);
  const auto table = load_table(sample.report(), false);

  EXPECT_THAT(table, testing::ContainsRegex("GET /a +1000 +0 +[12][90]\\.[0-9]+ ms"));
  EXPECT_THAT(table, testing::ContainsRegex("\nall +1000 +0 "));
  EXPECT_THAT(table, HasSubstr("1000 requests sent in 10.0 s: 100.0/s\n"));
}

TEST(LoadReport, PercentilesAreNearTheTruthAndNeverAboveTheSlowest) {
  const Sample sample(1000, 0);
  const auto report = sample.report();

  for (const auto& [q, name] : kShownQuantiles) {
    EXPECT_NEAR(report.all.quantile(q), 0.02, 0.00021) << name;
    EXPECT_LE(report.all.quantile(q), 0.02) << name;
  }
}

TEST(LoadReport, WhatFailedIsNamed) {
  const Sample sample(10, 3);
  const auto report = sample.report();

  EXPECT_FALSE(report.is_good());
  EXPECT_THAT(load_table(report, false), HasSubstr("failed: GET /a: 3 times connection lost\n"));
  const auto json = nlohmann::json::parse(load_json(report));
  EXPECT_EQ(json["requests"][0]["outcomes"]["connection lost"], 3);
  EXPECT_EQ(json["all"]["failed"], 3);
  EXPECT_EQ(json["timeline"][0]["answered"], 10);
}

TEST(LoadReport, SaysWhyARateWasNotKept) {
  Sample sample(600, 0);
  sample.result.tally.unsent = 400;
  sample.result.tally.waited = 500;
  sample.result.tally.last_sent = 12;

  EXPECT_THAT(
      load_table(sample.report(), false),
      HasSubstr("failed: 400 requests were due and never sent\nasked 100/s, sent 50/s; 83.33 % of the requests began "
                "more than 10 ms after they were due, which their percentiles include; all connections were"));
  sample.result.tally.sent_late = 550;
  EXPECT_THAT(load_table(sample.report(), false), HasSubstr("the generator had no time for more"));
  sample.result.tally.unconnected = 600;
  EXPECT_THAT(load_table(sample.report(), false), HasSubstr("the server takes no connections"));
}

TEST(LoadReport, ALateAnswerChangesNoRate) {
  Sample sample(1000, 0);
  sample.result.seconds = 13.5;

  EXPECT_THAT(load_table(sample.report(), false),
              HasSubstr("\n1000 requests sent in 10.0 s: 100.0/s, last answer after 13.5 s\n"));
  EXPECT_THAT(load_html(sample.report()),
              HasSubstr("1000 requests sent in 10.0 s: 100.0/s, last answer after 13.5 s<"));
}

TEST(LoadReport, NothingSentIsNoSuccess) {
  Sample sample(0, 0);
  sample.result.interrupted = true;
  sample.result.seconds = 0;
  const auto report = sample.report();

  EXPECT_FALSE(report.is_good());
  EXPECT_THAT(load_table(report, false), HasSubstr("failed: nothing was sent\n"));
  EXPECT_EQ(nlohmann::json::parse(load_json(report))["sent_per_second"], 0);
}

TEST(LoadReport, AnEmptyLoadHasAReportToo) {
  const Sample sample(0, 2);
  const auto report = sample.report();

  EXPECT_TRUE(nlohmann::json::parse(load_json(report))["all"]["p50_seconds"].is_null());
  EXPECT_THAT(load_html(report), HasSubstr("Distribution of response times: nothing was answered."));
}

TEST(SvgPlot, LeavesGapsWhereThereAreNoNumbers) {
  const auto text = [](double value) { return std::to_string(static_cast<int>(value)); };
  const auto svg = svg_of({"A & B", {1, 2, 3, 4}, {{"<y>", {1, std::nan(""), 2, 3}}}, text, text});

  EXPECT_THAT(svg, HasSubstr("A &amp; B"));
  EXPECT_THAT(svg, HasSubstr("&lt;y&gt;"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, testing::ContainsRegex("d=\"M[0-9. ]+M[0-9. ]+L[0-9. ]+\""));
}

TEST(SvgPlot, ABarOfADistributionGoesFromOneBoundToTheNext) {
  const auto text = [](double value) { return std::to_string(value); };
  const auto svg = svg_of({"t", {0.001, 0.01, 0.1}, {{"n", {5, 0, 0}}}, text, text, true, true});

  EXPECT_THAT(svg, HasSubstr("<rect class=\"bar\""));
  EXPECT_THAT(svg, Not(HasSubstr("<path")));
}

}  // namespace
}  // namespace vitals::tool
