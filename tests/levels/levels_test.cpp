// Reading: what is read, and each mistake with its line and column.
#include <cstdio>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <unistd.h>

#include <vitals/levels.hpp>

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string mistakes_of(const std::string& yaml) {
  try {
    (void)ServiceLevels::parse(yaml, "l.yml");
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

TEST(Levels, EveryKeyIsRead) {
  const auto levels = ServiceLevels::parse(R"(
window: 28d
bad_statuses: [5xx, 429]
latency:
  - {objective: 99.9%, target: 1.5s, critical: 2s, alert: 1600 ms, alert_after: 1h}
  - target: 250us
error_rate: {target: 0.1%, critical: 1%, alert: 0.5%, alert_after: 0s}
availability: {target: "99.9%"}
throughput: {target: 100/s, critical: 50/s, alert: 60.5/s, alert_after: 1m}
endpoint_classes:
  - {name: critical, routes: ["GET|POST /a/{id}", GET /b], objective: 90%, target: 1s, critical: 2s, alert: 3s, alert_after: 2m}
  - {name: rest, others: true, target: 1s}
route_budgets: [{name: login, routes: [POST /login], others: false, target: 100ms}]
query_budgets:
  - {name: simple, query_types: [SELECT], tables: [users], objective: 99%, target: 10ms, critical: 1s, alert: 20ms, alert_after: 3m}
  - {name: whole, transactions: true, target: 1s}
cache_hit_ratio: {target: 50%}
memory_usage: {target: 80%}
pool_usage: {target: 90%}
burn_rate_alerts: [{severity: ticket, burn_rate: 2, long_window: 1h, short_window: 5m}]
metrics: {http_requests_total: flask_requests_total, endpoint: http.route}
)");

  const ServiceLevels same{
      .window = 28 * 24h,
      .bad_statuses = {"5xx", "429"},
      .latency = {{.objective = 0.999, .target = 1500ms, .critical = 2s, .alert = 1600ms, .alert_after = 1h},
                  {.target = 250us}},
      .error_rate = RatioLevel{.target = 0.001, .critical = 0.01, .alert = 0.005, .alert_after = 0s},
      .availability = RatioLevel{.target = 0.999},
      .throughput = RateLevel{.target = 100, .critical = 50, .alert = 60.5, .alert_after = 1min},
      .endpoint_classes = {{.name = "critical",
                            .routes = {"GET|POST /a/{id}", "GET /b"},
                            .objective = 0.9,
                            .target = 1s,
                            .critical = 2s,
                            .alert = 3s,
                            .alert_after = 2min},
                           {.name = "rest", .others = true, .target = 1s}},
      .route_budgets = {{.name = "login", .routes = {"POST /login"}, .target = 100ms}},
      .query_budgets = {{.name = "simple",
                         .query_types = {"SELECT"},
                         .tables = {"users"},
                         .objective = 0.99,
                         .target = 10ms,
                         .critical = 1s,
                         .alert = 20ms,
                         .alert_after = 3min},
                        {.name = "whole", .transactions = true, .target = 1s}},
      .cache_hit_ratio = RatioLevel{.target = 0.5},
      .memory_usage = RatioLevel{.target = 0.8},
      .pool_usage = RatioLevel{.target = 0.9},
      .burn_rate_alerts = {{AlertSeverity::Ticket, 2, 1h, 5min}},
      .metrics = {.http_requests_total = "flask_requests_total", .endpoint = "http.route"},
  };
  EXPECT_EQ(levels, same);
}

TEST(Levels, NamesOfMetricsAreAConventionOrAMap) {
  const std::string latency = "latency: [{target: 1s}]\n";
  const auto names = [&](const std::string& metrics) { return ServiceLevels::parse(latency + metrics).metrics; };

  EXPECT_EQ(names(""), MetricNames{});
  EXPECT_EQ(names("metrics: opentelemetry\n"), MetricNames::opentelemetry());
  EXPECT_EQ(names("metrics: {table: relation}\n"), (MetricNames{.table = "relation"}));
  EXPECT_EQ(mistakes_of(latency + "metrics: opentelemetri\n"),
            "l.yml:2:10: 'opentelemetri' is no convention of names; did you mean 'opentelemetry'?; 'metrics' takes "
            "opentelemetry, or a map such as {endpoint: handler}");
  EXPECT_THAT(mistakes_of(latency + "metrics: {endpont: handler}\n"),
              StartsWith("l.yml:2:11: unknown key 'endpont'; did you mean 'endpoint'?; the keys of 'metrics' are"));
  EXPECT_THAT(mistakes_of(latency + "metrics: {endpoint: ''}\n"), StartsWith("l.yml:2:21: 'endpoint' has no value"));
  EXPECT_THAT(mistakes_of(latency + "metrics: {endpoint: ' a'}\n"),
              StartsWith("l.yml:2:21: the name of 'endpoint' is ' a'; it must be UTF-8"));
  EXPECT_THAT(mistakes_of(latency + "metrics: []\n"), StartsWith("l.yml:2:10: 'metrics' must be one value"));
}

// What is called as vitals calls it needs no word.
TEST(Levels, OnlyOtherNamesOfMetricsAreWritten) {
  const ServiceLevels levels{.latency = {{.target = 1s}}, .metrics = {.endpoint = "handler"}};

  EXPECT_THAT(levels.to_yaml(), ::testing::EndsWith("metrics:\n  endpoint: handler\n"));
  EXPECT_THAT(ServiceLevels{.latency = {{.target = 1s}}}.to_yaml(), ::testing::Not(HasSubstr("metrics")));
}

// docs/levels.md quotes it.
TEST(Levels, AreTheSameInCpp) {
  // [example]
  const vitals::ServiceLevels levels{
      .latency = {{.objective = 0.95, .target = 150ms, .critical = 500ms}},
      .error_rate = vitals::RatioLevel{.target = 0.001},
      .endpoint_classes = {{.name = "critical", .routes = {"GET /api/v1/clients/{id}"}, .target = 100ms},
                           {.name = "standard", .others = true, .target = 500ms}}};
  levels.check();
  // [example]
  EXPECT_EQ(ServiceLevels::parse(R"(
latency:
  - objective: 95%
    target: 150ms
    critical: 500ms
error_rate:
  target: 0.1%
endpoint_classes:
  - name: critical
    routes:
      - GET /api/v1/clients/{id}
    target: 100ms
  - name: standard
    others: true
    target: 500ms
)"),
            levels);
}

TEST(Levels, AllMistakesAreToldAtOnceInTheOrderOfTheFile) {
  EXPECT_EQ(
      mistakes_of(R"(windw: 30d
latency:
  - objective: 50
    target: 50ms
    critcal: 100ms
  - objective: 95%
    target: 150ms
    critical: 100ms
  - objective: 95%
    target: 5%
error_rate:
  target: 0.1%
  <<: {a: b}
availability: 99.9%
endpoint_classes:
  - name: critical
    routes:
      - GET /a/{id}
      - GTE /b
  - name: critical
    routes: ["GET /a/{x}"]
    target: 2parsec
    others: yes
throughput: {target: , critical: 5}
burn_rate_alerts:
  - {severity: pag, burn_rate: 20, long_window: 1h, short_window: 2h}
)"),
      R"(l.yml:1:1: unknown key 'windw'; did you mean 'window'?; the keys of the file are window, bad_statuses, latency, error_rate, availability, throughput, endpoint_classes, route_budgets, query_budgets, cache_hit_ratio, memory_usage, pool_usage, burn_rate_alerts, metrics
l.yml:3:16: '50' has no unit; 'objective' takes a percentage such as 99.9%
l.yml:5:5: unknown key 'critcal'; did you mean 'critical'?; the keys of 'latency[0]' are objective, target, critical, alert, alert_after
l.yml:8:15: 'critical' must not be stricter than the target; write at least 150ms, or leave it out
l.yml:9:16: a second level has the objective 95%; remove one
l.yml:10:13: '5%' has the wrong unit; 'target' takes a time such as 150ms
l.yml:13:3: merge keys are not read; write out the keys that << would bring
l.yml:14:15: 'availability' must be a map; its keys are target, critical, alert, alert_after
l.yml:16:5: 'endpoint_classes[0]' has no 'target'; add it
l.yml:19:9: route 'GTE /b': 'GTE' is no HTTP method; did you mean 'GET'?; write GET /path or GET|POST /path
l.yml:20:11: a second one of endpoint_classes is called 'critical'; names must differ
l.yml:21:14: route 'GET /a/{x}' belongs to 'critical' and to 'critical'; leave it in one of them
l.yml:22:13: '2parsec' has the unknown unit 'parsec'; 'target' takes a time such as 150ms
l.yml:23:13: 'yes' is neither; 'others' takes true or false
l.yml:24:22: 'target' has no value; write a rate such as 100/s
l.yml:24:34: '5' has no unit; 'critical' takes a rate such as 100/s
l.yml:26:16: 'pag' is neither; did you mean 'page'?; 'severity' takes page or ticket
l.yml:26:67: 'short_window' is 2h; it must be above 0 and shorter than the long window, 1h)");
}

// Each alone, so that no other hides it.
TEST(Levels, EachMistakeHasItsPlace) {
  const auto with = [](const std::string& line) { return mistakes_of("latency: [{target: 150ms}]\n" + line + "\n"); };

  EXPECT_THAT(with("latency: [{target: 1s}]"), StartsWith("l.yml:2:1: key 'latency' comes twice; remove one"));
  EXPECT_THAT(with("window: 10m"), StartsWith("l.yml:2:9: 'window' is 10m; it must be from 1h to 366d"));
  EXPECT_THAT(with("window: 1.0005s"), StartsWith("l.yml:2:9: '1.0005s' is too large, or no whole number of seconds"));
  EXPECT_THAT(with("window: 9999999999999d"), StartsWith("l.yml:2:9: '9999999999999d' is too large"));
  EXPECT_THAT(with("window: [1h]"), StartsWith("l.yml:2:9: 'window' must be one value; write a time such as 30d"));
  EXPECT_THAT(with("window: ~"), StartsWith("l.yml:2:9: 'window' has no value"));
  EXPECT_THAT(with("window: ''"), StartsWith("l.yml:2:9: 'window' has no value"));
  EXPECT_THAT(with("window: -1h"), StartsWith("l.yml:2:9: '-1h' is not a positive decimal number with a unit"));
  EXPECT_THAT(with("bad_statuses: 5xx"), StartsWith("l.yml:2:15: 'bad_statuses' must be a list that is not empty"));
  EXPECT_THAT(with("bad_statuses: []"), StartsWith("l.yml:2:15: 'bad_statuses' must be a list that is not empty"));
  EXPECT_THAT(with("bad_statuses: [5xx, 5*]"), StartsWith("l.yml:2:21: '5*' is no status; write a class such as 5xx"));
  EXPECT_THAT(with("bad_statuses: [[5xx]]"), StartsWith("l.yml:2:16: 'bad_statuses[0]' must be one value"));
  EXPECT_THAT(with("route_budgets: [a]"),
              StartsWith("l.yml:2:17: 'route_budgets[0]' must be a map; its keys are name"));
  EXPECT_THAT(with("error_rate: {target: 100%}"), StartsWith("l.yml:2:22: 'target' must lie between 0% and 100%"));
  EXPECT_THAT(with("error_rate: {target: 150%}"), StartsWith("l.yml:2:22: 'target' is 1.5, which is more than all"));
  EXPECT_THAT(with("throughput: {target: 0/s}"), StartsWith("l.yml:2:22: 'target' must be a rate above 0"));
  EXPECT_THAT(with("throughput: {target: 5 ms}"),
              StartsWith("l.yml:2:22: '5 ms' has the wrong unit; 'target' takes a rate"));
  EXPECT_THAT(with("query_budgets: [{name: a, target: 0.0001us}]"),
              StartsWith("l.yml:2:35: '0.0001us' is too large, or no whole number of nanoseconds"));
  EXPECT_THAT(with("query_budgets: [{name: a, target: 0ms}]"),
              StartsWith("l.yml:2:35: 'target' must be a time above 0"));
  EXPECT_THAT(with("route_budgets: [{name: a, target: 1s}]"),
              StartsWith("l.yml:2:17: 'a' has no routes; add 'routes'"));
  EXPECT_THAT(with("burn_rate_alerts: [{severity: page, burn_rate: 2x, long_window: 1h, short_window: 5m}]"),
              StartsWith("l.yml:2:48: '2x' has the unknown unit 'x'; 'burn_rate' takes a plain number"));
  EXPECT_THAT(mistakes_of("latency: [{objective: 50%, target: 1s}]\n"
                          "burn_rate_alerts: [{severity: page, burn_rate: 2, long_window: 1h, short_window: 5m}]\n"),
              StartsWith("l.yml:1:23: its error budget, 50%, burns at 2 times its pace at most"));
  EXPECT_EQ(
      with("window: 2d"),
      "l.yml:2:9: the usual burn rate alerts look back 3d: add burn_rate_alerts with shorter windows, or a window "
      "of 3d at least");
  EXPECT_EQ(with("window: 2h\n"
                 "burn_rate_alerts: [{severity: page, burn_rate: 2, long_window: 3h, short_window: 5m}]"),
            "l.yml:3:64: 'long_window' is 3h; it must be above 0 and at most the window, 2h");
  EXPECT_EQ(mistakes_of("window: 30d\n"),
            "l.yml:1:1: no level is declared; add one, such as latency, error_rate or availability");
}

// What is suggested must not be refused in turn: these keys take whole seconds, and a window an hour at least.
TEST(Levels, SuggestedTimesAreOnesThatTheKeyTakes) {
  EXPECT_EQ(mistakes_of("window: abc\n"
                        "latency: [{target: 1s, alert: 2s, alert_after: abc}]\n"
                        "burn_rate_alerts: [{severity: page, burn_rate: 2, long_window: 5, short_window: ~}]\n"),
            "l.yml:1:9: 'abc' is not a positive decimal number with a unit; 'window' takes a time such as 30d\n"
            "l.yml:2:48: 'abc' is not a positive decimal number with a unit; 'alert_after' takes a time such as 5m\n"
            "l.yml:3:64: '5' has no unit; 'long_window' takes a time such as 1h\n"
            "l.yml:3:81: 'short_window' has no value; write a time such as 5m");
  EXPECT_EQ(mistakes_of("window: 30d\n"
                        "latency: [{target: 1s, alert: 2s, alert_after: 5m}]\n"
                        "burn_rate_alerts: [{severity: page, burn_rate: 2, long_window: 1h, short_window: 5m}]\n"),
            "none");
}

// What could not be read has no say in what else is wrong.
TEST(Levels, MistakesHaveNoFollowers) {
  EXPECT_EQ(
      mistakes_of("latency: [{objective: x, target: y, critical: 1s}, {target: 1s}]\n"),
      "l.yml:1:23: 'x' is not a positive decimal number with a unit; 'objective' takes a percentage such as 99.9%\n"
      "l.yml:1:34: 'y' is not a positive decimal number with a unit; 'target' takes a time such as 150ms");
  EXPECT_EQ(mistakes_of("latency: 5\n"),
            "l.yml:1:10: 'latency' must be a list that is not empty; begin each of its "
            "items with '- '");
  EXPECT_EQ(mistakes_of("endpoint_classes: [{name: a, routes: GET /a, target: 1s}]\n"),
            "l.yml:1:38: 'routes' must be a list that is not empty; begin each of its items with '- '");
}

TEST(Levels, AMistakeInBracketsHidesNoOthers) {
  const auto syntax = [](const std::string& place, const std::string& what) {
    return "l.yml:" + place + ": end of " + what +
           " flow not found; mend the YAML, and quote values that begin with * & ! % @ `, or have { } within [ ]\n";
  };

  EXPECT_EQ(mistakes_of(R"(endpoint_classes:
  - {name: a, routes: [GET /a/{id}], target: 1}
  - name: b
    routes: [GET /b/{id}, 'GET /c]']
    target: 2s
latency: [{target: 1 s x: 2}]
throughput: {target: 5}
)"),
            syntax("2:31", "sequence") + "l.yml:2:46: '1' has no unit; 'target' takes a time such as 150ms\n" +
                syntax("4:21", "sequence") + syntax("6:25", "map") +
                "l.yml:7:22: '5' has no unit; 'target' takes a rate such as 100/s");
}

// What is open at the end of its line can't be passed over.
TEST(Levels, AMistakeInBracketsOfSeveralLinesIsTheLast) {
  EXPECT_THAT(mistakes_of("latency: [{target: 1}]\nthroughput: {target: [\n  GET /{id}]}\nerror_rate: {target: 5}\n"),
              AllOf(StartsWith("l.yml:3:8: end of sequence flow not found"), Not(HasSubstr("\n"))));
  EXPECT_THAT(mistakes_of("a: [" + std::string(5'000, ' ') + "GET /{id}]\nthroughput: 5\n"), Not(HasSubstr("\n")));
}

TEST(Levels, EachValueOfAKeyThatComesTwiceIsReadAndTheFirstIsJudged) {
  EXPECT_EQ(mistakes_of("error_rate: {target: 1%}\n"
                        "error_rate: {target: 5, goal: 1%}\n"
                        "latency: [{target: 200ms, critical: 100ms}]\n"
                        "latency: [{target: 100ms, critical: 50ms}, {target: 1parsec}]"),
            "l.yml:2:1: key 'error_rate' comes twice; remove one\n"
            "l.yml:2:22: '5' has no unit; 'target' takes a percentage such as 99.9%\n"
            "l.yml:2:25: unknown key 'goal'; the keys of 'error_rate' are target, critical, alert, alert_after\n"
            "l.yml:3:37: 'critical' must not be stricter than the target; write at least 200ms, or leave it out\n"
            "l.yml:4:1: key 'latency' comes twice; remove one\n"
            "l.yml:4:53: '1parsec' has the unknown unit 'parsec'; 'target' takes a time such as 150ms");
}

TEST(Levels, NumberThatIsTooLargeIsToldSo) {
  EXPECT_THAT(mistakes_of("throughput: {target: 1" + std::string(400, '0') + "/s}"),
              HasSubstr("' is out of range; 'target' takes a rate such as 100/s"));
}

TEST(Levels, WhatIsNoFileOfLevelsIsRefused) {
  constexpr auto kEmpty = "l.yml:1:1: the file is empty; vitals levels init writes one to start from";
  EXPECT_EQ(mistakes_of(""), kEmpty);
  EXPECT_EQ(mistakes_of("# a comment\n"), kEmpty);
  EXPECT_THAT(mistakes_of("- a\n"), StartsWith("l.yml:1:1: the file must be a map of service levels"));
  EXPECT_THAT(mistakes_of("latency\n"), StartsWith("l.yml:1:1: the file must be a map of service levels"));
  EXPECT_THAT(mistakes_of("{}\n"), StartsWith("l.yml:1:1: no level is declared"));
  EXPECT_THAT(mistakes_of("a: b: c\n"), StartsWith("l.yml:1:5: illegal map value; mend the YAML, and quote values"));
  EXPECT_THAT(mistakes_of("error_rate:\n\ttarget: 1%\n"),
              AllOf(StartsWith("l.yml:2:"), EndsWith("; the line is indented by a tab, indent it with blanks")));
  EXPECT_EQ(
      mistakes_of("min_samples: 5\ntargets: []\n"),
      "l.yml:2:1: this is a targets file, which vitals check alone reads; vitals levels init writes service levels "
      "to start from");
  EXPECT_THAT(mistakes_of("latency:\n  - target: [\n"), StartsWith("l.yml:"));
  EXPECT_THAT(mistakes_of("window: 1d\n---\nwindow: 1d\n"), StartsWith("l.yml:3:1: a second document begins"));
  EXPECT_THAT(mistakes_of("? [a, b]\n: c\n"), HasSubstr("l.yml:1:3: a key must be a text"));
}

TEST(Levels, WhatAReaderDoesNotSeeIsRefused) {
  EXPECT_THAT(mistakes_of("window: &a 30d\nlatency: *a\n"), StartsWith("l.yml:1:9: anchors are not read"));
  EXPECT_THAT(mistakes_of("window: *a\n"), StartsWith("l.yml:1:"));
  EXPECT_THAT(mistakes_of("window: !!str 30d\n"), StartsWith("l.yml:1:9: tags are not read"));
  EXPECT_THAT(mistakes_of("a: &a [x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"),
              StartsWith("l.yml:1:4: anchors are not read"));
  EXPECT_THAT(mistakes_of("<<: {window: 1d}\n"), StartsWith("l.yml:1:1: merge keys are not read"));
}

TEST(Levels, BytesThatAreNoTextAreRefused) {
  EXPECT_THAT(mistakes_of("window: 30d\n\xff\xfe: 1\n"),
              StartsWith("l.yml:2:1: a byte that is not UTF-8; save the file"));
  EXPECT_THAT(mistakes_of("window: \xc0\x80\n"), StartsWith("l.yml:1:9: a byte that is not UTF-8"));
  EXPECT_THAT(mistakes_of(std::string("latency: [{target: 1s}]\n\x04 bad: 1\n")),
              StartsWith("l.yml:2:1: the control character \\x04; remove it"));
  EXPECT_THAT(mistakes_of(std::string("a\0b", 3)), StartsWith("l.yml:1:2: the control character \\x00"));
  EXPECT_EQ(mistakes_of("\xef\xbb\xbflatency: [{target: 1s}]\r\n"), "none");
}

TEST(Levels, HugeAndDeepTextsEndSoon) {
  EXPECT_THAT(mistakes_of(std::string((std::size_t{1} << 20) + 1, ' ')),
              StartsWith("l.yml:1:1: the file is larger than 1 MiB"));
  EXPECT_THAT(mistakes_of("a: " + std::string(100'000, '[')), StartsWith("l.yml:1:"));
  EXPECT_THAT(mistakes_of("a: " + std::string(20, '[') + std::string(20, ']')), HasSubstr("more than 16 deep"));
  std::string many;
  for (int i = 0; i < 50'000; ++i) many += "latenc" + std::to_string(i) + ": 1\n";
  const auto mistakes = mistakes_of(many);
  EXPECT_LT(mistakes.size(), 100'000U);
  EXPECT_THAT(mistakes, HasSubstr("\nand 49900 more"));
}

TEST(Levels, AFileIsLoadedUnderItsName) {
  const std::string path = ::testing::TempDir() + "levels-" + std::to_string(::getpid()) + ".yml";
  std::FILE* file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("latency:\n  - target: 150\n", file);
  std::fclose(file);
  const auto mistake = [](const std::string& name) -> std::string {
    try {
      (void)ServiceLevels::load(name);
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "none";
  };

  EXPECT_EQ(mistake(path), path + ":2:13: '150' has no unit; 'target' takes a time such as 150ms");
  std::remove(path.c_str());
  EXPECT_EQ(mistake(path),
            path + ": can't be read: No such file or directory; give the path of a file of service levels");
  EXPECT_EQ(mistake("/"), "/: can't be read: Is a directory; give the path of a file of service levels");
  EXPECT_THAT(mistake("/dev/zero"), StartsWith("/dev/zero:1:1: the file is larger than 1 MiB"));
}

}  // namespace
}  // namespace vitals
