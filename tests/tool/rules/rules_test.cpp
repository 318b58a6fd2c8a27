// vitals rules: the real executable, and what it writes. What promtool says of it: rules_test.py, mutants_test.py.
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "support/test_path.hpp"
#include "tool/output/output_files.hpp"
#include "tool/rules/promql.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string new_folder() {
  static int number = 0;
  return temporary_folder() + "/rules" + std::to_string(number++);
}

/// The explicit rules of levels.
std::string rules_of(const std::string& levels, const std::vector<std::string>& options = {}) {
  const auto folder = new_folder();
  std::vector<std::string> arguments{"rules", "--config", temporary_file("levels.yml", levels), "--output", folder};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const auto result = run_tool(arguments);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  return read_text(folder + "/sla.rules.yml");
}

TEST(RulesCommand, FilesSayWhatTheyAreAndWhatTheyNeed) {
  const auto rules = rules_of("latency: [{target: 1s}]\nwindow: 60d\n");

  EXPECT_THAT(rules, StartsWith("# Written by vitals rules " + library_version() + " from " + temporary_folder() +
                                "/levels.yml.\n"));
  EXPECT_THAT(rules, HasSubstr("Prometheus must be 2.42 or newer, scrape each 30s or more often"));
  EXPECT_THAT(rules, HasSubstr("--storage.tsdb.retention.time=80d"));
}

TEST(RulesCommand, WhatIsNotDeclaredHasNoRule) {
  const auto rules = rules_of("memory_usage: {target: 80%}\n");

  EXPECT_THAT(rules, HasSubstr("alert: HighMemory"));
  EXPECT_THAT(rules, Not(HasSubstr("http_")));
  EXPECT_THAT(rules, Not(HasSubstr("slo:")));
  EXPECT_THAT(rules, Not(HasSubstr("db_")));
}

TEST(RulesCommand, ThresholdsAndTimesAreTheDeclared) {
  const auto rules = rules_of("latency: [{objective: 99.9%, target: 500us, alert: 1ms, alert_after: 90s}]\n");

  EXPECT_THAT(rules, HasSubstr("alert: P99_9AboveSLA"));
  EXPECT_THAT(rules, HasSubstr("job:http_request_duration_seconds:p99_9_5m > 0.001\n"));
  EXPECT_THAT(rules, HasSubstr("for: 90s\n"));
  EXPECT_THAT(rules, HasSubstr("le=\"0.0005\""));
  EXPECT_THAT(rules, HasSubstr("runbook_url: \"docs/runbooks/P99AboveSLA.md\""));
  EXPECT_THAT(rules_of("pool_usage: {target: 80%, alert_after: 0s}\n"), Not(HasSubstr("for: 0")));
}

TEST(RulesCommand, PairsOfWindowsThatCannotFireAreDropped) {
  const auto median = rules_of("latency: [{objective: 50%, target: 1s}]\n");
  EXPECT_THAT(median, Not(HasSubstr("SLOErrorBudgetBurnPage")));
  EXPECT_THAT(median, Not(HasSubstr("> 3 * ")));
  EXPECT_THAT(median, HasSubstr("slo:sli_error:ratio_rate3d > 1 * slo:error_budget:ratio"));

  const auto p95 = rules_of("latency: [{objective: 50%, target: 1s}, {objective: 95%, target: 2s}]\n");
  EXPECT_THAT(p95, HasSubstr("slo:sli_error:ratio_rate1h > 14.4 * slo:error_budget:ratio"));
}

TEST(RulesCommand, AvailabilityAloneHasTheAlertOnErrors) {
  EXPECT_THAT(rules_of("availability: {target: 99.9%}\n"), HasSubstr("job:http_errors:ratio_rate2m > 0.001\n"));
  const auto both = rules_of("availability: {target: 99.9%}\nerror_rate: {target: 0.1%, alert: 1%}\n");
  EXPECT_THAT(both, HasSubstr("job:http_errors:ratio_rate2m > 0.01\n"));
  EXPECT_THAT(both, Not(HasSubstr("ratio_rate2m > 0.001\n")));
}

TEST(RulesCommand, OneJobIsInEverySelector) {
  const auto rules = rules_of("latency: [{target: 1s}]\n", {"--job", "clinic", "--runbooks", "https://wiki/alerts/"});

  EXPECT_THAT(rules, HasSubstr("rate(http_requests_total{job=\"clinic\"}[5m])"));
  EXPECT_THAT(rules, HasSubstr("up{job=\"clinic\"} == 0"));
  EXPECT_THAT(rules, HasSubstr("\"https://wiki/alerts/HighP95Latency.md\""));
  EXPECT_THAT(rules, Not(HasSubstr("http_requests_total[")));
}

TEST(RulesCommand, NamesOfLevelsAreNoTemplates) {
  EXPECT_THAT(rules_of("query_budgets: [{name: '{{ boom }}', target: 1s}]\n"),
              HasSubstr(R"(budget: "{{ \"{{ boom }}\" }}")"));
}

TEST(RulesCommand, OnePackAloneIsWritten) {
  const auto folder = new_folder();
  const auto levels = temporary_file("levels.yml", "latency: [{target: 1s}]\n");

  EXPECT_EQ(run_tool({"rules", "--config", levels, "--output", folder, "--pack", "static"}).status, 0);

  EXPECT_TRUE(std::filesystem::exists(folder + "/slo.rules.yml"));
  EXPECT_FALSE(std::filesystem::exists(folder + "/sla.rules.yml"));
  EXPECT_EQ(run_tool({"rules", "--config", levels, "--output", folder, "--pack", "other"}).status, 3);
}

TEST(RulesCommand, WhatItHasNotWrittenIsKept) {
  const auto folder = new_folder();
  std::filesystem::create_directory(folder);
  const auto levels = temporary_file("levels.yml", "latency: [{target: 1s}]\n");
  const auto mine = temporary_file(folder.substr(temporary_folder().size() + 1) + "/slo.rules.yml", "groups: []\n");

  const auto refused = run_tool({"rules", "--config", levels, "--output", folder});

  EXPECT_EQ(refused.status, 3);
  EXPECT_EQ(refused.err, "vitals rules: " + mine +
                             " is there and was not written by vitals rules; move it away, or give "
                             "another --output\n");
  EXPECT_EQ(read_text(mine), "groups: []\n");
  EXPECT_FALSE(std::filesystem::exists(folder + "/sla.rules.yml"));
  std::filesystem::remove(mine);
  EXPECT_EQ(run_tool({"rules", "--config", levels, "--output", folder}).status, 0);
  EXPECT_EQ(run_tool({"rules", "--config", levels, "--output", folder}).status, 0);
}

TEST(RulesCommand, MistakesAreToldAndNothingIsWritten) {
  const auto folder = new_folder();
  const auto levels = temporary_file("wrong.yml", "latency:\n  - target: 150\n");

  const auto result = run_tool({"rules", "--config", levels, "--output", folder});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, levels + ":2:13: '150' has no unit; 'target' takes a time such as 150ms\n");
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST(RulesCommand, LevelsForWhichThereCannotBeRulesAreToldWithTheirPlaces) {
  const auto folder = new_folder();
  const auto levels = temporary_file("no-rules.yml", R"(latency: [{target: 1s}]
metrics: opentelemetry
burn_rate_alerts:
  - {severity: page, burn_rate: 2, long_window: 1h, short_window: 60s}
  - severity: ticket
    burn_rate: 1
    long_window: 1h
    short_window: 90s
  - {severity: ticket, burn_rate: 1, long_window: 2h, short_window: 2m}
)");
  const auto windows =
      levels +
      ":4:67: 'short_window' is 1m; Prometheus tells a rate from two scrapes at least, so write at least 2m\n" +
      levels +
      ":8:19: 'short_window' is 90s; Prometheus tells a rate from two scrapes at least, so write at least 2m\n";

  const auto both = run_tool({"rules", "--config", levels, "--output", folder});
  const auto of_static = run_tool({"rules", "--config", levels, "--output", folder, "--pack", "static"});

  EXPECT_EQ(both.status, 3);
  EXPECT_EQ(both.out, levels +
                          ":2:10: the explicit pack is over the metrics as vitals calls them; leave 'metrics' out, or "
                          "give --pack static\n" +
                          windows);
  EXPECT_EQ(of_static.status, 3);
  EXPECT_EQ(of_static.out, windows);
  EXPECT_FALSE(std::filesystem::exists(folder));
  const auto others = temporary_file("others.yml", "latency: [{target: 1s}]\nmetrics: opentelemetry\n");
  EXPECT_EQ(run_tool({"rules", "--config", others, "--output", folder, "--pack", "static"}).status, 0);
}

TEST(RulesCommand, LevelsForWhichThereCannotBeRulesAreToldBesideMistakesAndOnce) {
  const auto levels = temporary_file("all-wrong.yml", R"(latency: [{target: 150}]
metrics:
  method: " verb"
burn_rate_alerts:
  - {severity: page, burn_rate: 2, long_window: 1h, short_window: 0s}
  - {severity: page, burn_rate: 2, long_window: 1h, short_window: 1}
  - {severity: page, burn_rate: 2, long_window: 1h, short_window: 30s}
  - {severity: page, burn_rate: 2, long_window: 1, short_window: 30s}
)");

  const auto result = run_tool({"rules", "--config", levels, "--output", new_folder()});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(
      result.out,
      levels + ":1:20: '150' has no unit; 'target' takes a time such as 150ms\n" + levels +
          ":3:3: the explicit pack is over the metrics as vitals calls them; leave 'metrics' out, or give --pack "
          "static\n" +
          levels +
          ":3:11: the name of 'method' is ' verb'; it must be UTF-8 of at most 200 bytes, without control "
          "characters and blanks at its ends\n" +
          levels + ":5:67: 'short_window' is 0s; it must be above 0 and shorter than the long window, 1h\n" + levels +
          ":6:67: '1' has no unit; 'short_window' takes a time such as 5m\n" + levels +
          ":7:67: 'short_window' is 30s; Prometheus tells a rate from two scrapes at least, so write at least 2m\n" +
          levels + ":8:49: '1' has no unit; 'long_window' takes a time such as 1h\n" + levels +
          ":8:66: 'short_window' is 30s; Prometheus tells a rate from two scrapes at least, so write at least 2m\n");
}

TEST(RulesCommand, FoldersThatCannotBeWrittenAreNamed) {
  const auto levels = temporary_file("levels.yml", "latency: [{target: 1s}]\n");
  const auto file = temporary_file("no-folder", "");

  const auto result = run_tool({"rules", "--config", levels, "--output", file + "/rules"});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err, "vitals rules: " + file + "/rules can't be written: Not a directory\n");
  EXPECT_EQ(run_tool({"rules", "--config", levels}).status, 3);
  EXPECT_EQ(run_tool({"rules", "--help"}).status, 0);
}

TEST(RulesPromql, NumbersAreAsGoPrintsThem) {
  EXPECT_EQ(number(0.0005), "0.0005");
  EXPECT_EQ(number(0.00001), "1e-05");
  EXPECT_EQ(number(100000), "100000");
  EXPECT_EQ(number(1e6), "1e+06");
  EXPECT_EQ(number(14.4), "14.4");
}

TEST(RulesPromql, BoundsOfWholeSecondsHaveBothSpellings) {
  using namespace std::chrono_literals;
  EXPECT_EQ(bucket_of(1s), R"(le=~"1(\\.0)?")");
  EXPECT_EQ(bucket_of(1500ms), R"(le="1.5")");
  EXPECT_EQ(bucket_of(500us), R"(le="0.0005")");
}

TEST(RulesPromql, PatternsMatchTheirTextsAlone) {
  EXPECT_EQ(one_of("endpoint", {"/a.b/{id}"}), R"(endpoint="/a.b/{id}")");
  EXPECT_EQ(one_of("endpoint", {"/a.b/{id}", "/c"}), R"(endpoint=~"/a\\.b/\\{id\\}|/c")");
  EXPECT_EQ(none_of("method", {"GET"}), R"(method!="GET")");
  EXPECT_EQ(string_literal("a\"b\\c\xe2\x80\xa8"), R"("a\"b\\c\U00002028")");
}

}  // namespace
}  // namespace vitals::tool
