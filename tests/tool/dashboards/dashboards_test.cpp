// vitals dashboards: the real executable, and what it writes. What Grafana's schema and linter say of it:
// dashboards_test.py; what Prometheus answers: tests/clinic/dashboards_test.py.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "support/test_path.hpp"
#include "tool/output/output_files.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string unused_folder() {
  static int number = 0;
  return temporary_folder() + "/dashboards" + std::to_string(number++);
}

/// A dashboard of levels.
std::string dashboard_of(const std::string& name, const std::string& levels,
                         const std::vector<std::string>& options = {}) {
  const auto folder = unused_folder();
  std::vector<std::string> arguments{"dashboards", "--config", temporary_file("levels.yml", levels), "--output",
                                     folder};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto result = run_tool(arguments);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  return read_text(folder + "/" + name + ".json");
}

std::string overview_of(const std::string& levels, const std::vector<std::string>& options = {}) {
  return dashboard_of("overview", levels, options);
}

nlohmann::json panel(const std::string& dashboard, const std::string& title) {
  const auto parsed = nlohmann::json::parse(dashboard);
  for (const auto& one : parsed.at("panels")) {
    if (one.at("title") == title) return one;
  }
  ADD_FAILURE() << "no panel " << title;
  return {};
}

std::string expression_of(const nlohmann::json& panel) { return panel.at("targets").at(0).at("expr"); }

TEST(DashboardsCommand, FilesSayWhoWroteThemOfWhat) {
  EXPECT_THAT(overview_of("latency: [{target: 1s}]\n"),
              StartsWith("{\n  \"description\": \"Written by vitals dashboards " + library_version() + " from " +
                         temporary_folder() + "/levels.yml. "));
}

TEST(DashboardsCommand, WhatIsNotDeclaredIsNotAskedFor) {
  const auto overview = overview_of("memory_usage: {target: 80%}\n");

  EXPECT_THAT(overview, HasSubstr("process_memory_limit_bytes"));
  EXPECT_THAT(overview, Not(HasSubstr("http_")));
  EXPECT_THAT(overview, Not(HasSubstr("db_")));
  EXPECT_THAT(overview, Not(HasSubstr("cache_")));
}

TEST(DashboardsCommand, PercentilesAreTheDeclaredOnesBesideThree) {
  const auto overview = overview_of("latency: [{objective: 99.9%, target: 500us, critical: 2ms}]\n");

  for (const auto* title : {"p50", "p95", "p99"})
    EXPECT_EQ(panel(overview, title)["fieldConfig"]["defaults"]["thresholds"]["steps"].size(), 1) << title;
  const auto declared = panel(overview, "p99.9");
  EXPECT_THAT(expression_of(declared), StartsWith("histogram_quantile(0.999, "));
  EXPECT_EQ(declared["fieldConfig"]["defaults"]["thresholds"]["steps"][1]["value"], 0.0005);
  EXPECT_EQ(declared["fieldConfig"]["defaults"]["thresholds"]["steps"][2]["value"], 0.002);
}

TEST(DashboardsCommand, BadStatusesAreTheDeclared) {
  const auto overview = overview_of("error_rate: {target: 1%}\nbad_statuses: [5xx, 429]\n");

  EXPECT_THAT(expression_of(panel(overview, "Errors")), HasSubstr(R"(status=~"5..|429")"));
}

TEST(DashboardsCommand, AllAlertsOfAWindowHaveALine) {
  const auto page = dashboard_of("service-levels",
                                 "error_rate: {target: 1%}\n"
                                 "burn_rate_alerts:\n"
                                 "  - {long_window: 1h, short_window: 5m, burn_rate: 14, severity: page}\n"
                                 "  - {long_window: 1h, short_window: 5m, burn_rate: 3, severity: ticket}\n");

  const auto steps = panel(page, "Burn rate 1h")["fieldConfig"]["defaults"]["thresholds"]["steps"];
  ASSERT_EQ(steps.size(), 3);
  EXPECT_EQ(steps[1], (nlohmann::json{{"color", "orange"}, {"value", 3.0}}));
  EXPECT_EQ(steps[2], (nlohmann::json{{"color", "red"}, {"value", 14.0}}));
}

TEST(DashboardsCommand, AJobThatIsNotUtf8IsRefused) {
  for (const auto* command : {"dashboards", "rules"}) {
    const auto levels = temporary_file("levels.yml", "error_rate: {target: 1%}\n");
    const auto result = run_tool({command, "--config", levels, "--output", unused_folder(), "--job", "a\xff"});
    EXPECT_EQ(result.status, 3);
    EXPECT_THAT(result.err, HasSubstr("is not UTF-8"));
  }
}

TEST(DashboardsCommand, OneJobIsInEverySelectorAndInTheAddress) {
  const auto overview = overview_of("latency: [{target: 1s}]\n", {"--job", "clinic"});
  const auto odd = overview_of("latency: [{target: 1s}]\n", {"--job", "say \"hi\" to the clinic"});

  EXPECT_THAT(overview, Not(HasSubstr("$job")));
  EXPECT_THAT(overview, HasSubstr(R"(rate(http_requests_total{job=\"clinic\",instance=~\"$instance\"})"));
  EXPECT_EQ(nlohmann::json::parse(overview)["uid"], "vitals-overview-clinic");
  EXPECT_EQ(nlohmann::json::parse(odd)["title"], "Overview: say \"hi\" to the clinic");
  EXPECT_THAT(std::string{nlohmann::json::parse(odd)["uid"]}, ::testing::MatchesRegex("vitals-overview-[0-9a-f]+"));
}

TEST(DashboardsCommand, WhatItHasNotWrittenIsKept) {
  const auto folder = unused_folder();
  std::filesystem::create_directory(folder);
  const auto levels = temporary_file("levels.yml", "latency: [{target: 1s}]\n");
  const auto mine = temporary_file(folder.substr(temporary_folder().size() + 1) + "/history.json", "{}\n");

  const auto refused = run_tool({"dashboards", "--config", levels, "--output", folder});

  EXPECT_EQ(refused.status, 3);
  EXPECT_EQ(refused.err, "vitals dashboards: " + mine +
                             " is there and was not written by vitals dashboards; move it away, or give another "
                             "--output\n");
  EXPECT_EQ(read_text(mine), "{}\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/overview.json"));
  std::filesystem::remove(mine);
  EXPECT_EQ(run_tool({"dashboards", "--config", levels, "--output", folder}).status, 0);
  EXPECT_EQ(run_tool({"dashboards", "--config", levels, "--output", folder}).status, 0);
}

TEST(DashboardsCommand, MistakesAreToldAndNothingIsWritten) {
  const auto folder = unused_folder();
  const auto levels = temporary_file("wrong.yml", "latency:\n  - target: 150\nmetrics: opentelemetry\n");

  const auto result = run_tool({"dashboards", "--config", levels, "--output", folder});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, levels + ":2:13: '150' has no unit; 'target' takes a time such as 150ms\n" + levels +
                            ":3:10: dashboards are over the metrics as vitals calls them; leave 'metrics' out\n");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(DashboardsCommand, FoldersThatCannotBeWrittenAreNamed) {
  const auto levels = temporary_file("levels.yml", "latency: [{target: 1s}]\n");
  const auto file = temporary_file("no-folder", "");

  const auto result = run_tool({"dashboards", "--config", levels, "--output", file + "/dashboards"});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err, "vitals dashboards: " + file + "/dashboards can't be written: Not a directory\n");
  EXPECT_EQ(run_tool({"dashboards", "--config", levels}).status, 3);
  EXPECT_EQ(run_tool({"dashboards", "--help"}).status, 0);
}

}  // namespace
}  // namespace vitals::tool
