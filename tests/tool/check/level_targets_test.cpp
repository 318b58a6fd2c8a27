#include "tool/check/level_targets.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>

#include <vitals/levels.hpp>

#include "core/levels/builtin_levels.hpp"
#include "core/levels/guide_levels.hpp"
#include "tool/check/judge.hpp"
#include "tool/check/measure.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names_of(const Targets& targets) {
  std::vector<std::string> names;
  for (const auto& target : targets.targets) names.push_back(target.name);
  return names;
}

/// The rows of levels between two expositions, of which the first may be empty.
std::vector<Row> rows_of(const ServiceLevels& levels, const std::string& before, const std::string& after) {
  static Targets targets;  // rows refer to it
  levels.check();
  targets = targets_of(levels);
  const auto wanted = wanted_samples(targets);
  const auto first = Scrape::parse(before, wanted);
  const auto second = Scrape::parse(after, wanted);
  return judge(targets, {first, second, 10.0}).rows;
}

Row row_of(const ServiceLevels& levels, const std::string& after) { return rows_of(levels, "", after).at(0); }

std::string requests(const std::string& labels, int count) {
  return "http_requests_total{" + labels + "} " + std::to_string(count) + "\n";
}

/// Of 1000 requests, those that took at most 0.1 s.
std::string durations(const std::string& labels, int fast) {
  const auto bucket = [&](const char* le, int count) {
    return "http_request_duration_seconds_bucket{" + labels + ",le=\"" + le + "\"} " + std::to_string(count) + "\n";
  };
  return bucket("0.1", fast) + bucket("1", 1000) + bucket("+Inf", 1000);
}

TEST(LevelTargets, EachLevelIsATargetInItsOrder) {
  EXPECT_THAT(names_of(targets_of(vitals::testing::guide_levels())),
              ElementsAre("p50 response time", "p95 response time", "p99 response time", "error rate", "availability",
                          "throughput", "critical endpoints p95", "important endpoints p95", "standard endpoints p95",
                          "authentication budget p95", "lists budget p95", "details budget p95", "creation budget p95",
                          "simple queries p95", "complex queries p95", "aggregation queries p95", "transactions p95",
                          "cache hit ratio", "memory usage", "pool usage"));
}

// As the service's own objectives count them, and the rules for Prometheus: what is not to count it doesn't export.
TEST(LevelTargets, EachRequestThatIsExportedCounts) {
  const auto row =
      row_of({.error_rate = RatioLevel{.target = 0.5}},
             requests("endpoint=\"/metrics\",status=\"500\"", 30) + requests("endpoint=\"/a\",status=\"200\"", 70));

  EXPECT_DOUBLE_EQ(*row.value, 0.3);
}

TEST(LevelTargets, NoTwoRowsHaveOneName) {
  const auto names =
      names_of(targets_of({.endpoint_classes = {{.name = "critical", .others = true, .target = 1s}},
                           .route_budgets = {{.name = "critical endpoints", .routes = {"GET /a"}, .target = 1s},
                                             {.name = "transactions", .routes = {"GET /b"}, .target = 1s},
                                             {.name = "simple queries", .routes = {"GET /c"}, .target = 1s}},
                           .query_budgets = {{.name = "simple", .target = 1s},
                                             {.name = "simple queries", .transactions = true, .target = 1s},
                                             {.name = "critical endpoints", .transactions = true, .target = 1s},
                                             {.name = "transactions", .transactions = true, .target = 1s}}}));

  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 8U);
}

TEST(LevelTargets, ThresholdsAreAsTheyAreWritten) {
  const auto targets = targets_of({.latency = {{.objective = 0.999, .target = 150ms, .critical = 2500ms}},
                                   .error_rate = RatioLevel{.target = 0.001, .critical = 0.01},
                                   .throughput = RateLevel{.target = 100}});

  EXPECT_EQ(targets.targets[0].name, "p99.9 response time");
  EXPECT_EQ(targets.targets[0].quantile, 0.999);
  EXPECT_EQ(targets.targets[0].bound.value, 0.15);
  EXPECT_EQ(targets.targets[0].bound.text, "150ms");
  EXPECT_EQ(targets.targets[0].critical->text, "2500ms");
  EXPECT_EQ(targets.targets[1].critical->text, "1%");
  EXPECT_EQ(targets.targets[2].bound.text, "100/s");
  EXPECT_FALSE(targets.targets[2].below);
}

TEST(LevelTargets, BadStatusesAreWhatTheLevelsSay) {
  const auto exposed = requests("status=\"200\"", 9000) + requests("status=\"429\"", 500) +
                       requests("status=\"500\"", 300) + requests("status=\"503\"", 200);
  const ServiceLevels levels{.error_rate = RatioLevel{.target = 0.05}, .availability = RatioLevel{.target = 0.95}};
  auto stricter = levels;
  stricter.bad_statuses = {"503", "429"};

  const auto rows = rows_of(levels, "", exposed);
  EXPECT_DOUBLE_EQ(*rows[0].value, 0.05);
  EXPECT_EQ(rows[0].verdict, Verdict::Ok);
  EXPECT_DOUBLE_EQ(*rows[1].value, 0.95);
  EXPECT_EQ(rows[1].verdict, Verdict::Ok);
  const auto other = rows_of(stricter, "", exposed);
  EXPECT_DOUBLE_EQ(*other[0].value, 0.07);
  EXPECT_EQ(other[0].verdict, Verdict::Warning);
  EXPECT_DOUBLE_EQ(*other[1].value, 0.93);
  EXPECT_EQ(other[1].verdict, Verdict::Warning);
}

TEST(LevelTargets, StatusesMayBeGroupedInClasses) {
  const ServiceLevels levels{.error_rate = RatioLevel{.target = 0.5}};

  EXPECT_DOUBLE_EQ(*row_of(levels, requests("status=\"2xx\"", 75) + requests("status=\"5xx\"", 25)).value, 0.25);
}

// 10 % of the answers are 429, which a service that groups statuses shows as 4xx: no series has the status 429.
TEST(LevelTargets, SingleBadStatusIsUnknownWhereStatusesAreGrouped) {
  ServiceLevels levels{.bad_statuses = {"5xx", "429"},
                       .error_rate = RatioLevel{.target = 0.01},
                       .availability = RatioLevel{.target = 0.99}};
  const auto grouped = requests("status=\"2xx\"", 900) + requests("status=\"4xx\"", 100);

  for (const auto& exposed : {grouped, grouped + requests("status=\"429\"", 1)}) {
    for (const auto& row : rows_of(levels, "", exposed)) {
      EXPECT_EQ(row.verdict, Verdict::Unknown);
      EXPECT_EQ(row.note,
                "status=429 can't be told from others of 4xx, as statuses are grouped in classes; count 4xx, or don't "
                "group them");
    }
  }
  EXPECT_EQ(row_of(levels, requests("status=\"2xx\"", 1000)).verdict, Verdict::Ok);
  levels.bad_statuses = {"5xx", "4xx"};
  EXPECT_EQ(row_of(levels, grouped).verdict, Verdict::Warning);
}

TEST(LevelTargets, ClassesJudgeTheirRoutesAndTheOthersTheRest) {
  const auto slow = [](const std::string& route) { return durations("endpoint=\"" + route + "\",method=\"GET\"", 0); };
  const auto fast = [](const std::string& route) {
    return durations("endpoint=\"" + route + "\",method=\"GET\"", 1000);
  };
  const ServiceLevels levels{
      .endpoint_classes = {{.name = "a", .routes = {"GET /a/{id}", "GET /files/*"}, .target = 100ms},
                           {.name = "rest", .others = true, .target = 100ms}}};
  const auto judged = [&](const std::string& exposed) {
    const auto rows = rows_of(levels, "", exposed);
    return std::pair(rows.at(0).verdict, rows.at(1).verdict);
  };

  EXPECT_EQ(judged(fast("/a/{id}") + fast("/files/*") + fast("/b")), std::pair(Verdict::Ok, Verdict::Ok));
  EXPECT_EQ(judged(slow("/a/{id}") + fast("/files/*") + fast("/b")), std::pair(Verdict::Warning, Verdict::Ok));
  EXPECT_EQ(judged(fast("/a/{id}") + fast("/files/*") + slow("/b")), std::pair(Verdict::Ok, Verdict::Warning));
  // A route is no pattern, and each must be there.
  EXPECT_EQ(judged(fast("/a/{id}") + fast("/files/x") + fast("/b")), std::pair(Verdict::Unknown, Verdict::Ok));
}

TEST(LevelTargets, OthersAreSkippedWhereThereAreNone) {
  const ServiceLevels levels{.endpoint_classes = {{.name = "a", .routes = {"GET /a"}, .target = 100ms},
                                                  {.name = "rest", .others = true, .target = 100ms}}};
  const auto a = durations("endpoint=\"/a\",method=\"GET\"", 1000);
  const auto b = durations("endpoint=\"/b\",method=\"GET\"", 1000);

  const auto rows = rows_of(levels, "", a);
  EXPECT_EQ(rows.at(0).verdict, Verdict::Ok);
  EXPECT_EQ(rows.at(1).verdict, Verdict::Skipped);
  EXPECT_EQ(rows.at(1).note, "no series of http_request_duration_seconds is selected");
  // One that was there and is gone is none of them.
  EXPECT_EQ(rows_of(levels, a + b, a).at(1).verdict, Verdict::Unknown);
}

TEST(LevelTargets, EachMethodOfARouteMustBeThere) {
  const ServiceLevels levels{.route_budgets = {{.name = "a", .routes = {"GET|POST /a"}, .target = 100ms}}};
  const auto get = durations("endpoint=\"/a\",method=\"GET\"", 1000);

  const auto row = row_of(levels, get);
  EXPECT_EQ(row.verdict, Verdict::Unknown);
  EXPECT_THAT(row.note, HasSubstr("no series with method=POST, endpoint=/a"));
  EXPECT_EQ(row_of(levels, get + durations("endpoint=\"/a\",method=\"POST\"", 1000)).verdict, Verdict::Ok);
}

std::string statements(const std::string& table) {
  const auto labels = "query_type=\"SELECT\",table=\"" + table + "\"";
  return "db_query_duration_seconds_bucket{" + labels + ",le=\"1\"} 1000\ndb_query_duration_seconds_bucket{" + labels +
         ",le=\"+Inf\"} 1000\n";
}

// A table may have had no statement yet: its lack is no fault, but must be seen.
TEST(LevelTargets, TablesWithoutStatementsAreNoted) {
  const auto row = [](std::vector<std::string> tables, const std::string& exposed) {
    return row_of(
        {.query_budgets = {{.name = "a", .query_types = {"SELECT", "DELETE"}, .tables = tables, .target = 1s}}},
        exposed);
  };
  const auto exposed = statements("users") + statements("clients");

  EXPECT_EQ(row({"users", "clients"}, exposed).note, "");
  const auto noted = row({"users", "cleints", "sessions", "none"}, exposed);
  EXPECT_EQ(noted.verdict, Verdict::Ok);
  EXPECT_EQ(noted.note, "no series with table=cleints; did you mean 'clients'?; no series with table=sessions, none");
  // What is selected itself was meant.
  EXPECT_EQ(row({"clients", "client"}, exposed).note, "no series with table=client");
  EXPECT_EQ(row({"sessions", "none"}, exposed).verdict, Verdict::Unknown);
}

TEST(LevelTargets, NamesOfOpenTelemetryAreTold) {
  const auto* exposed =
      "# TYPE http_server_request_duration_seconds histogram\n# TYPE http_request_duration_highr_seconds histogram\n";
  const auto rows = rows_of({.latency = {{.target = 1s}}, .error_rate = RatioLevel{.target = 0.01}}, "", exposed);

  EXPECT_EQ(rows[0].note,
            "no metric http_request_duration_seconds: the service names its metrics as OpenTelemetry does; service "
            "levels judge those with 'metrics: opentelemetry'");
  EXPECT_THAT(rows[1].note, ::testing::StartsWith("no metric http_requests_total: the service names"));
}

// As HttpMetrics exports them with HttpNaming::OpenTelemetry: the histogram counts the requests of each status.
TEST(LevelTargets, NamesOfOpenTelemetryAreJudgedWhereTheLevelsSaySo) {
  const auto series = [](const std::string& status, int fast, int all) {
    const auto labels = "http_request_method=\"GET\",http_route=\"/a\",http_response_status_code=\"" + status +
                        "\",url_scheme=\"http\"";
    const std::string name = "http_server_request_duration_seconds";
    return name + "_bucket{" + labels + ",le=\"0.1\"} " + std::to_string(fast) + "\n" + name + "_bucket{" + labels +
           ",le=\"+Inf\"} " + std::to_string(all) + "\n" + name + "_count{" + labels + "} " + std::to_string(all) +
           "\n";
  };
  const ServiceLevels levels{.latency = {{.target = 100ms}},
                             .error_rate = RatioLevel{.target = 0.01},
                             .throughput = RateLevel{.target = 100},
                             .endpoint_classes = {{.name = "a", .routes = {"GET /a"}, .target = 100ms}},
                             .metrics = MetricNames::opentelemetry()};

  const auto rows = rows_of(
      levels, "",
      "# TYPE http_server_request_duration_seconds histogram\n" + series("200", 970, 980) + series("500", 0, 20));

  EXPECT_EQ(rows[0].verdict, Verdict::Ok);
  EXPECT_EQ(rows[0].within, 0.97);
  EXPECT_EQ(rows[1].verdict, Verdict::Warning);
  EXPECT_EQ(rows[1].value, 0.02);
  EXPECT_EQ(rows[2].value, 100);
  EXPECT_EQ(rows[3].group, "GET /a");
  EXPECT_EQ(rows[3].verdict, Verdict::Ok);
}

// data/python_*.prom is what Python's prometheus_client 0.16 wrote of requests that a program in Python counted.
TEST(LevelTargets, MetricsOfAnotherLanguageAreJudgedUnderTheirNames) {
  const auto levels = ServiceLevels::parse(R"(
latency:
  - {objective: 95%, target: 150ms}
  - {objective: 99%, target: 150ms}
error_rate: {target: 1%}
endpoint_classes:
  - {name: reads, routes: [GET /clients], objective: 95%, target: 50ms}
  - {name: rest, others: true, target: 50ms}
metrics:
  http_requests_total: flask_requests_total
  http_request_duration_seconds: flask_request_duration_seconds
  method: verb
  endpoint: rule
  status: code
)");

  const auto rows = rows_of(levels, read_text(data_folder() + "/python_before.prom"),
                            read_text(data_folder() + "/python_after.prom"));

  EXPECT_EQ(rows[0].verdict, Verdict::Ok);
  EXPECT_EQ(rows[0].within, 0.99);
  EXPECT_EQ(rows[0].samples, 4000);
  EXPECT_EQ(rows[1].verdict, Verdict::Ok);
  EXPECT_EQ(rows[2].value, 0.001);
  EXPECT_EQ(rows[3].group, "GET /clients");
  EXPECT_EQ(rows[3].within, 0.98);
  EXPECT_EQ(rows[4].group, "POST /clients");
  EXPECT_EQ(rows[4].verdict, Verdict::Warning);
}

TEST(LevelTargets, UsageIsAShareOfWhatTheSeriesMayHave) {
  const std::string pools =
      "db_pool_connections_active{pool=\"a\"} 1\ndb_pool_connections_active{pool=\"b\"} 9\n"
      "db_pool_connections_max{pool=\"a\"} 2\n";
  const ServiceLevels levels{.pool_usage = RatioLevel{.target = 0.8, .critical = 0.95}};

  const auto row = row_of(levels, pools + "db_pool_connections_max{pool=\"b\"} 10\n");
  EXPECT_EQ(row.verdict, Verdict::Warning);
  EXPECT_EQ(row.group, "b");
  EXPECT_DOUBLE_EQ(*row.value, 0.9);
  EXPECT_EQ(row_of(levels, pools + "db_pool_connections_max{pool=\"b\"} 9\n").verdict, Verdict::Critical);
  EXPECT_EQ(row_of(levels, pools + "db_pool_connections_max{pool=\"b\"} 0\n").note,
            "db_pool_connections_max of b is missing or not above 0");
  EXPECT_EQ(row_of(levels, pools).note, "db_pool_connections_max of b is missing or not above 0");
  EXPECT_THAT(row_of(levels, "db_pool_connections_active{pool=\"a\"} 1\n").note,
              HasSubstr("no metric db_pool_connections_max"));

  const ServiceLevels memory{.memory_usage = RatioLevel{.target = 0.8}};
  EXPECT_DOUBLE_EQ(*row_of(memory, "process_resident_memory_bytes 10\nprocess_memory_limit_bytes 40\n").value, 0.25);
}

// The live page judges by the first where nobody has declared anything.
TEST(LevelTargets, BuiltInLevelsAreThoseOfTheBuiltInTargets) {
  const auto targets = parse_targets(builtin_targets(), "built-in").targets;

  int seen = 0;
  for (const auto& level : targets_of(detail::builtin_levels()).targets) {
    const auto same = std::ranges::find(targets, level.name, &Target::name);
    ASSERT_NE(same, targets.end()) << level.name;
    EXPECT_EQ(same->bound.value, level.bound.value) << level.name;
    EXPECT_EQ(same->critical ? same->critical->value : -1, level.critical ? level.critical->value : -1) << level.name;
    ++seen;
  }
  EXPECT_EQ(seen, 5);
}

TEST(LevelTargets, FileOfTargetsIsReadToo) {
  constexpr auto kTarget = "  - {name: a, measure: p95, of: m_seconds, below: 1s}\n";

  EXPECT_THAT(names_of(read_levels_or_targets(std::string{"min_samples: 5\ntargets:\n"} + kTarget, "t.yml")),
              ElementsAre("a"));
  EXPECT_THAT(names_of(read_levels_or_targets("latency: [{target: 1s}]", "t.yml")), ElementsAre("p95 response time"));
  EXPECT_THROW((void)read_levels_or_targets("targets: [a]", "t.yml"), TargetsError);
}

TEST(LevelTargets, WrongTargetsFileIsToldAsOne) {
  const auto told = [](const std::string& text) -> std::string {
    try {
      (void)read_levels_or_targets(text, "t.yml");
    } catch (const std::exception& error) {
      return error.what();
    }
    return "";
  };
  const auto* target = "  - {name: a, measure: p95, of: m_seconds, below: 1s}\n";

  // Anchors are read in targets files, and refused in service levels.
  const auto unclosed = told(std::string{"except: &a {endpoint: /x}\ntargets:\n"} + target + "  - [\n");
  EXPECT_THAT(unclosed, HasSubstr("t.yml:5:"));
  EXPECT_THAT(unclosed, ::testing::Not(HasSubstr("nchor")));
  EXPECT_THAT(told(std::string{"target:\n"} + target),
              ::testing::AllOf(HasSubstr("unknown key 'target'"),
                               HasSubstr("read as service levels; a targets file has the key 'targets'")));
  EXPECT_THAT(told("min_samples: 5\n"), HasSubstr("a targets file has the key 'targets'"));
  EXPECT_THAT(told("latncy: 5\n"), ::testing::Not(HasSubstr("targets file")));
}

TEST(LevelTargets, MistakesAreThoseOfServiceLevels) {
  for (const auto* text : {"latency: [{target: 1}]", "latency: [", "a: 1\nb: 2"}) {
    try {
      (void)read_levels_or_targets(text, "t.yml");
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), ::testing::StartsWith("t.yml:1:")) << text;
    }
  }
}

}  // namespace
}  // namespace vitals::tool
