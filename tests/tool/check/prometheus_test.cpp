// Agreement with Prometheus itself: its promtool evaluates the same two scrapes, and its server's own metrics are read.
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include "tool/check/judge.hpp"
#include "tool/input/fetch.hpp"
#include "tool/real_prometheus.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

const std::vector<std::string> kBounds{"0.05", "0.1", "0.2", "0.5", "1", "+Inf"};

/// Two scrapes of three histograms, as expositions and as promtool's series.
struct Pair {
  std::string before, after, series;
};

Pair random_pair(std::mt19937_64& random) {
  Pair pair;
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  for (const auto* route : {"/a", "/b", "/c"}) {
    int first = 0;
    int second = 0;
    for (const auto& le : kBounds) {
      first += below(50);
      second = second + below(below(4) == 0 ? 400 : 40);
      const std::string name = std::string("h_bucket{r=\"") + route + "\",le=\"" + le + "\"}";
      pair.before += name + " " + std::to_string(first) + "\n";
      pair.after += name + " " + std::to_string(first + second) + "\n";
      pair.series += "      - {series: '" + name + "', values: '" + std::to_string(first) + " " +
                     std::to_string(first + second) + "'}\n";
    }
  }
  return pair;
}

struct Case {
  std::string q;        // 0.95
  std::string percent;  // 95
  std::string le;       // 0.2
};

std::string expectation(const std::string& expression, const std::string& value) {
  return "      - expr: " + expression +
         "\n        eval_time: 1m\n        exp_samples: [{labels: '{}', value: " + value + "}]\n";
}

std::string delta(const std::string& matcher) {
  return "(h_bucket{" + matcher + "} - h_bucket{" + matcher + "} offset 1m)";
}

/// Our judgement of the pair, as what promtool should find.
std::string expectations(const Pair& pair, const Case& one, double error) {
  const auto targets =
      parse_targets("targets: [{name: t, measure: p" + one.percent + ", of: h, below: " + one.le + "s}]", "t.yml");
  const auto before = Scrape::parse(pair.before, {"h_bucket"});
  const auto after = Scrape::parse(pair.after, {"h_bucket"});
  const auto judgement = judge(targets, {before, after, std::nullopt});
  const auto& row = judgement.rows.at(0);
  char value[64];
  std::snprintf(value, sizeof value, "%.17g", *row.value + error);
  const auto quantile = "histogram_quantile(" + one.q + ", sum by (le) " + delta("") + ")";
  const auto share = "sum" + delta("le=\"" + one.le + "\"") + " / sum" + delta("le=\"+Inf\"");
  return expectation("abs(" + quantile + " - " + value + ") < bool 1e-12", "1") +
         expectation("(" + share + ") >= bool " + one.q, row.verdict == Verdict::Ok ? "1" : "0");
}

std::string differential_log() { return temporary_folder() + "/promtool.log"; }

int run_promtool(const std::string& tests) {
  const auto file = temporary_file("differential.yml", "evaluation_interval: 1m\ntests:\n" + tests);
  return std::system(("promtool test rules " + file + " >" + differential_log() + " 2>&1").c_str());
}

std::string differential(int pairs, double error) {
  std::mt19937_64 random(22);
  std::string tests;
  for (int i = 0; i < pairs; ++i) {
    const auto pair = random_pair(random);
    tests += "  - interval: 1m\n    input_series:\n" + pair.series + "    promql_expr_test:\n";
    for (const Case& one :
         {Case{"0.5", "50", "0.1"}, Case{"0.95", "95", "0.2"}, Case{"0.95", "95", "1"}, Case{"0.99", "99", "0.5"}}) {
      tests += expectations(pair, one, error);
    }
  }
  return tests;
}

TEST(Prometheus, AgreesOnQuantilesAndVerdictsOfRandomScrapes) {
  if (!installed("promtool")) GTEST_SKIP() << "promtool is not installed";

  EXPECT_EQ(run_promtool(differential(40, 0)), 0) << read_text(differential_log());
  EXPECT_NE(run_promtool(differential(1, 1e-6)), 0) << "promtool finds no error where there is one";
}

TEST(Prometheus, ItsOwnMetricsAreReadAndTheScrapeDoesNotCountItself) {
  if (!installed("prometheus")) GTEST_SKIP() << "prometheus is not installed";
  const PrometheusServer server;
  ASSERT_TRUE(server.wait_until_ready());
  const auto config = temporary_file("own.yml", R"(
except: {handler: /metrics}
targets:
  - {name: ready, measure: p95, of: prometheus_http_request_duration_seconds, below: 8s}
  - {name: requests, measure: rate, of: prometheus_http_requests_total, above: 0/s}
)");

  const auto before = fetch_exposition(server.url("/metrics"), std::chrono::seconds(10)).body;
  for (int i = 0; i < 60; ++i) fetch_exposition(server.url("/-/ready"), std::chrono::seconds(10));
  const auto after = fetch_exposition(server.url("/metrics"), std::chrono::seconds(10)).body;
  const auto result =
      run_tool({"check", "--before", temporary_file("own1.prom", before), "--after", temporary_file("own2.prom", after),
                "--duration", "1s", "--config", config, "--format", "json"});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(
      result.out,
      testing::HasSubstr(
          "\"metric\": \"prometheus_http_requests_total\", \"group\": \"\", \"unit\": \"per_second\", \"value\": 60,"));
}

}  // namespace
}  // namespace vitals::tool
