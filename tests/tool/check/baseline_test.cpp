// --baseline: the report of one check, compared with another one.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

/// Requests of which so many took at most 0.1 s, the others at most 0.2 s, and so many failed.
struct Served {
  int fast, slow, failed;
};

std::string exposition(const Served& served) {
  const int all = served.fast + served.slow;
  const auto line = [](const std::string& series, int value) { return series + " " + std::to_string(value) + "\n"; };
  return "process_start_time_seconds 7\n# TYPE h_seconds histogram\n" +
         line("h_seconds_bucket{le=\"0.1\"}", served.fast) + line("h_seconds_bucket{le=\"0.2\"}", all) +
         line("h_seconds_bucket{le=\"+Inf\"}", all) + line("h_seconds_count", all) + "# TYPE c_total counter\n" +
         line("c_total{status=\"200\"}", all - served.failed) + line("c_total{status=\"500\"}", served.failed) +
         "# TYPE g gauge\n" + line("g", all);
}

constexpr const char* kTargets = R"(targets:
  - {name: p95, measure: p95, of: h_seconds, below: 200ms}
  - {name: errors, measure: ratio, of: c_total, part: {status: 5*}, below: 10%}
  - {name: good, measure: ratio, of: c_total, part: {status: 2*}, above: 90%}
)";

std::vector<std::string> check_of(const Served& served, const std::string& targets) {
  const auto zero = temporary_file("zero.prom", exposition({}));
  return {"check",
          "--before",
          zero,
          "--after",
          temporary_file("served.prom", exposition(served)),
          "--config",
          temporary_file("baseline.yml", targets)};
}

std::string report_of(const Served& served, const std::string& targets = kTargets) {
  auto arguments = check_of(served, targets);
  arguments.insert(arguments.end(), {"--format", "json"});
  return run_tool(arguments).out;
}

ToolResult compared(const std::string& report, const Served& served, std::vector<std::string> more = {},
                    const std::string& targets = kTargets) {
  auto arguments = check_of(served, targets);
  arguments.insert(arguments.end(), {"--baseline", temporary_file("report.json", report)});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_tool(arguments);
}

json rows_of(const ToolResult& result) { return json::parse(result.out)["targets"]; }

TEST(Baseline, TheSameIsNoRegression) {
  const Served served{9800, 200, 50};

  const auto result = compared(report_of(served), served);

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("change"));
  EXPECT_THAT(result.out, HasSubstr("+0.0 %"));
  EXPECT_THAT(result.out, HasSubstr("+0.00 points"));
}

TEST(Baseline, WhatGotWorseByMoreThanTheLimitIsAWarning) {
  const auto report = report_of({9800, 200, 50});
  const Served slower{9200, 800, 50};  // the p95 goes from 96.9 ms to 137.5 ms

  const auto result = compared(report, slower);
  const auto rows = rows_of(compared(report, slower, {"--format", "json"}));

  EXPECT_EQ(result.status, 1) << result.out;
  EXPECT_THAT(result.out, HasSubstr("worse than the baseline, 96.9 ms, by more than 10.00 %"));
  EXPECT_EQ(rows[0]["verdict"], "warning");
  EXPECT_EQ(rows[0]["change_verdict"], "warning");
  EXPECT_NEAR(rows[0]["change"].get<double>(), 0.418, 0.001);
  EXPECT_NEAR(rows[0]["baseline"].get<double>(), 0.0969, 0.0001);
  EXPECT_EQ(rows[1]["verdict"], "ok");
  EXPECT_EQ(compared(report, slower, {"--max-regression", "50%"}).status, 0);
  EXPECT_EQ(compared(report_of(slower), {9800, 200, 50}).status, 0) << "what got better is no regression";
}

// 2.5 times as many errors is far beyond 10 %; of both ratios, since the bad share is what grew.
TEST(Baseline, RatiosAreComparedByTheirBadShare) {
  const auto rows = rows_of(compared(report_of({10'000, 0, 100}), {10'000, 0, 250}, {"--format", "json"}));

  EXPECT_EQ(rows[0]["verdict"], "ok");
  EXPECT_EQ(rows[1]["verdict"], "warning");
  EXPECT_EQ(rows[2]["verdict"], "warning");
  EXPECT_NEAR(rows[2]["change"].get<double>(), -0.015, 0.001);
}

// 1 error in 10,000 after none is nothing that can be told from none; a p95 of 100 requests is told badly.
TEST(Baseline, NoiseIsNoRegression) {
  const auto ratio = rows_of(compared(report_of({10'000, 0, 0}), {10'000, 0, 1}, {"--format", "json"}));
  EXPECT_EQ(ratio[1]["verdict"], "ok");
  EXPECT_EQ(ratio[1]["note"], "the baseline's 95 % interval overlaps");

  const auto p95 = rows_of(compared(report_of({96, 4, 0}), {93, 7, 0}, {"--format", "json"}));
  EXPECT_EQ(p95[0]["verdict"], "unknown");
  EXPECT_THAT(p95[0]["note"].get<std::string>(), HasSubstr("but too few samples tell it from noise"));
}

TEST(Baseline, TooFewSamplesOnEitherSideAreUnknown) {
  const auto few = rows_of(compared(report_of({30, 0, 0}), {10'000, 0, 0}, {"--format", "json"}));
  EXPECT_EQ(few[0]["verdict"], "unknown");
  EXPECT_EQ(few[0]["note"], "the baseline has 30 of 59 samples needed");

  EXPECT_EQ(rows_of(compared(report_of({10'000, 0, 0}), {30, 0, 0}, {"--format", "json"}))[0]["note"],
            "30 of 59 samples needed");
}

TEST(Baseline, GaugesHaveNoInterval) {
  const std::string gauge = "targets: [{name: g, measure: gauge, of: g, below: 20000}]\n";

  EXPECT_EQ(compared(report_of({1000, 0, 0}, gauge), {1101, 0, 0}, {}, gauge).status, 1);
  EXPECT_EQ(compared(report_of({1000, 0, 0}, gauge), {1100, 0, 0}, {}, gauge).status, 0);
  EXPECT_THAT(compared(report_of({0, 0, 0}, gauge), {1, 0, 0}, {}, gauge).out, HasSubstr("from 0"));
}

TEST(Baseline, RowsThatOneSideAloneHasAreTold) {
  const Served served{9800, 200, 50};
  const std::string other =
      "targets:\n  - {name: p95, measure: p95, of: h_seconds, below: 200ms}\n"
      "  - {name: p99, measure: p99, of: h_seconds, below: 200ms}\n"
      "  - {name: good, measure: ratio, of: c_total, part: {status: 5*}, below: 90%}\n";

  const auto result = compared(report_of(served), served, {}, other);

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("not compared, as the baseline doesn't have it: p99\n"));
  EXPECT_THAT(result.out, HasSubstr("not compared, as the baseline alone has it: errors\n"));
  EXPECT_THAT(result.out, HasSubstr("not compared, as the baseline measured something else: good\n"));
}

TEST(Baseline, MistakesAreTold) {
  const Served served{9800, 200, 50};
  const auto told = [&](const std::string& report, std::vector<std::string> more = {}) {
    const auto result = compared(report, served, std::move(more));
    EXPECT_EQ(result.status, 3);
    return result.err;
  };

  EXPECT_THAT(told("what"), HasSubstr("report.json is no such report; give a report that vitals check --format json"));
  EXPECT_THAT(told("[]"), HasSubstr("report.json is no such report"));
  EXPECT_THAT(told(R"({"error": "it was down", "targets": []})"), HasSubstr("is of a check that failed: it was down"));
  EXPECT_THAT(told(R"({"error": null, "targets": []})"), HasSubstr("has none of the rows that were judged"));
  EXPECT_THAT(told(report_of(served), {"--max-regression", "10"}), HasSubstr("--max-regression is '10'; it must be a"));
  EXPECT_THAT(compared(report_of(served), served, {"--report", "json=" + temporary_folder() + "/report.json"}).out,
              HasSubstr("+0.0 %"))
      << "the new report may take its place";
  EXPECT_THAT(run_tool({"check", "--url", "http://127.0.0.1:1/", "--max-regression", "1%"}).err,
              HasSubstr("--baseline"));
}

TEST(Baseline, OtherFormsHaveTheChangeToo) {
  const auto report = report_of({9800, 200, 50});
  const auto form = [&](const std::string& name) { return compared(report, {9200, 800, 50}, {"--format", name}).out; };

  EXPECT_THAT(form("markdown"), HasSubstr("| 95 % interval | change | notes |\n"));
  EXPECT_THAT(form("junit"), HasSubstr("+41.8 % from the baseline"));
  EXPECT_THAT(form("github"), HasSubstr("+41.8 %25 from the baseline"));
  EXPECT_THAT(report, Not(HasSubstr("points")));
}

}  // namespace
}  // namespace vitals::tool
