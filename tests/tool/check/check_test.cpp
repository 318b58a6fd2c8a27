// The real executable: what it prints, and how it exits.
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "support/test_path.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::vector<std::string> check_files(std::vector<std::string> more) {
  std::vector<std::string> arguments{"check", "--before", "before.prom", "--after", "after.prom"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// A targets file with one target on the 95th percentile, which is 22 ms in the data.
std::string p95_file(const std::string& name, const std::string& thresholds) {
  return temporary_file(
      name, "targets:\n  - {name: p95, measure: p95, of: http_request_duration_seconds, " + thresholds + "}\n");
}

void expect_golden(const std::string& name, const std::string& text) {
  EXPECT_EQ(text, read_text(test_path("golden/" + name)));
}

TEST(Check, PrintsTheTableOfTheClinicsServiceLevels) {
  const auto result =
      run_tool(check_files({"--duration", "30s", "--config", "../../../examples/clinic/service-levels.yml"}));

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  expect_golden("check_clinic.txt", result.out);
}

TEST(Check, JudgesByBuiltInTargetsWhatTheServiceHas) {
  const auto result = run_tool(check_files({"--duration", "30s"}));

  EXPECT_EQ(result.status, 0);
  expect_golden("check_builtin.txt", result.out);
}

TEST(Check, ServiceThatHasNothingToJudgeIsUnknown) {
  const auto other = temporary_file("other.prom", "other_total 1\n");

  const auto result = run_tool({"check", "--before", other, "--after", other});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("targets file, --config\n\nunknown: nothing was judged\n"));
  EXPECT_THAT(result.out, HasSubstr("cache_hits_total"));
}

TEST(Check, RestartThatNoStartTimeShowsIsUnknownOrCantBeRuledOut) {
  const auto file = [](const std::string& name, const std::string& requests, const std::string& jobs) {
    return temporary_file(name, "# TYPE http_requests_total counter\nhttp_requests_total{status=\"200\"} " + requests +
                                    "\n# TYPE jobs_total counter\njobs_total " + jobs + "\n");
  };
  const auto check = [](const std::string& before, const std::string& after, const std::string& format) {
    return run_tool({"check", "--before", before, "--after", after, "--duration", "30s", "--format", format});
  };
  const auto before = file("first.prom", "300", "1000");
  const auto back = file("back.prom", "900", "3");
  const auto on = file("on.prom", "900", "1003");

  EXPECT_EQ(check(before, back, "table").status, 3);
  EXPECT_THAT(check(before, back, "table").out, HasSubstr("jobs_total went back: the process was restarted"));
  EXPECT_THAT(check(before, back, "json").out, HasSubstr("\"process\": \"restarted\""));
  EXPECT_EQ(check(before, on, "table").status, 0);
  EXPECT_THAT(check(before, on, "table").out, HasSubstr("\nnote: a restart between the scrapes can't be ruled out"));
  EXPECT_THAT(check(before, on, "json").out, HasSubstr("\"process\": \"unproven\""));
}

TEST(Check, MissedTargetNeverLooksMet) {
  const auto metrics = [](int good, int bad) {
    return "process_start_time_seconds 7\n# TYPE http_requests_total counter\nhttp_requests_total{status=\"200\"} " +
           std::to_string(good) + "\nhttp_requests_total{status=\"500\"} " + std::to_string(bad) + "\n";
  };
  const auto config = temporary_file("ratio.yml",
                                     "targets:\n  - {name: a, measure: ratio, of: http_requests_total, part: {status: "
                                     "2*}, above: 99.95%}\n");

  const auto result = run_tool({"check", "--before", temporary_file("zero.prom", metrics(0, 0)), "--after",
                                temporary_file("some.prom", metrics(999496, 504)), "--config", config});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("99.9496 %"));
}

TEST(Check, SavedScrapesMayBeCompressed) {
  const auto before = temporary_file("before.prom.gz", gzipped("cat " + data_folder() + "/before.prom"));
  const auto after = temporary_file("after.prom.gz", gzipped("cat " + data_folder() + "/after.prom"));
  const auto cut = temporary_file("cut.gz", read_text(after).substr(0, 100));

  EXPECT_EQ(run_tool({"check", "--before", before, "--after", after, "--duration", "30s"}).status, 0);
  const auto result = run_tool({"check", "--before", before, "--after", cut, "--duration", "30s"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("the gzip stream is cut off"));
}

TEST(Check, PrintsEveryVerdictAsTable) {
  const auto result = run_tool(check_files({"--duration", "30s", "--config", "mixed.yml"}));

  EXPECT_EQ(result.status, 2);
  expect_golden("check_mixed.txt", result.out);
}

TEST(Check, PrintsEveryVerdictAsJson) {
  const auto result = run_tool(check_files({"--duration", "30s", "--config", "mixed.yml", "--format", "json"}));

  EXPECT_EQ(result.status, 2);
  expect_golden("check_mixed.json", result.out);
}

TEST(Check, ExitStatusIsTheWorstVerdict) {
  const auto status = [](const std::string& config, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--config", config});
    return run_tool(check_files(more)).status;
  };
  const auto ok = p95_file("ok.yml", "below: 50ms, critical: 100ms");
  const auto warning = p95_file("warning.yml", "below: 10ms, critical: 100ms");
  const auto critical = p95_file("critical.yml", "below: 5ms, critical: 10ms");
  const auto unknown = p95_file("unknown.yml", "below: 50ms, select: {endpoint: /nowhere}");

  EXPECT_EQ(status(ok), 0);
  EXPECT_EQ(status(warning), 1);
  EXPECT_EQ(status(critical), 2);
  EXPECT_EQ(status(unknown), 3);
  EXPECT_EQ(status(ok, {"--min-samples", "1000000"}), 3);
  EXPECT_EQ(status(ok, {"--fail-on", "critical"}), 0);
  EXPECT_EQ(status(warning, {"--fail-on", "critical"}), 0);
  EXPECT_EQ(status(critical, {"--fail-on", "critical"}), 2);
  EXPECT_EQ(status(unknown, {"--fail-on", "critical"}), 3);
}

TEST(Check, RateWithoutTheTimeBetweenTheFilesIsUnknown) {
  const auto result = run_tool(check_files({}));

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("a rate needs the time between the scrapes; add --duration"));
}

TEST(Check, RestartBetweenTheScrapesIsUnknown) {
  auto text = read_text(data_folder() + "/after.prom");
  const std::string start = "process_start_time_seconds 1.7e+09";
  text.replace(text.find(start), start.size(), "process_start_time_seconds 1.71e+09");
  const auto restarted = temporary_file("restarted.prom", text);

  const auto result = run_tool({"check", "--before", "before.prom", "--after", restarted});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("the process was restarted between the scrapes"));
  EXPECT_THAT(result.out, HasSubstr("unknown: 8 unknown\n"));
}

TEST(Check, CounterThatWentBackIsUnknown) {
  const auto result = run_tool({"check", "--before", "after.prom", "--after", "before.prom", "--duration", "30s"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("} went back from "));
}

TEST(Check, WrongUsageIsUnknownAndExplained) {
  const auto explained = [](const std::vector<std::string>& arguments) {
    const auto result = run_tool(arguments);
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.out, "");
    return result.err;
  };

  EXPECT_THAT(explained({}), HasSubstr("A subcommand is required"));
  EXPECT_THAT(explained({"check"}), HasSubstr("give --url, --prometheus, --database, or --before and --after"));
  EXPECT_THAT(explained({"check", "--before", "before.prom"}), HasSubstr("--after"));
  EXPECT_THAT(explained({"check", "--nonsense"}), HasSubstr("--nonsense"));
  EXPECT_THAT(explained(check_files({"--url", "http://127.0.0.1:1/"})), HasSubstr("--url"));
  EXPECT_THAT(explained(check_files({"--duration", "30"})), HasSubstr("it must be a time of at most 24h, such as 30s"));
  EXPECT_THAT(explained(check_files({"--duration", "0s"})), HasSubstr("--duration is '0s'"));
  EXPECT_THAT(explained(check_files({"--duration", "1%"})), HasSubstr("--duration is '1%'"));
  EXPECT_THAT(explained(check_files({"--format", "xml"})), HasSubstr("--format"));
  EXPECT_THAT(explained(check_files({"--config", "nowhere.yml"})), HasSubstr("nowhere.yml can't be opened"));
  EXPECT_THAT(explained(check_files({"--config", "before.prom"})), HasSubstr("before.prom:"));
  EXPECT_THAT(explained({"check", "--before", "mixed.yml", "--after", "after.prom"}),
              HasSubstr("mixed.yml is not the Prometheus text format: line 2: "));
  EXPECT_THAT(explained({"check", "--before", ".", "--after", "after.prom"}), HasSubstr(". can't be read"));
}

TEST(Check, HelpAndVersionSucceed) {
  const auto help = run_tool({"check", "--help"});
  const auto version = run_tool({"--version"});

  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("vitals check --url http://127.0.0.1:9464/metrics --duration 30s"));
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, StartsWith("vitals "));
}

TEST(Check, PrintsTheBuiltInTargetsAsAFileToStartFrom) {
  const auto printed = run_tool({"check", "--print-targets"});
  const auto file = temporary_file("printed.yml", printed.out);

  EXPECT_EQ(printed.status, 0);
  EXPECT_EQ(printed.out, read_text(test_path("../src/tool/check/builtin_targets.yml")));
  EXPECT_EQ(run_tool(check_files({"--duration", "30s", "--config", file})).status, 0);
}

TEST(Check, AnswerThatCantBeWrittenIsNotOk) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);

  const auto status = wait_for(start_tool(check_files({"--duration", "30s"}), full, full, full));

  EXPECT_EQ(status, 3);
  ::close(full);
}

TEST(Check, LabelsOfTheServerCantDriveTheTerminal) {
  std::string hostile;
  for (const auto* le : {"1", "+Inf"})
    hostile += std::string("h_bucket{x=\"\x1b[2J\xc2\x9b\",le=\"") + le + "\"} 100\n";
  const auto file = temporary_file("hostile.prom", hostile);
  const auto empty = temporary_file("empty.prom", "");
  const auto config =
      temporary_file("hostile.yml", "targets: [{name: t, measure: p50, of: h, below: 1s, each: [x]}]\n");

  const auto result = run_tool({"check", "--before", empty, "--after", file, "--config", config});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("\\x1b[2J\\x9b"));
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace vitals::tool
