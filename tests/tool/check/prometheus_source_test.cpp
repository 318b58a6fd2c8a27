// --prometheus, against a real server that was given its samples.
#include <chrono>
#include <cstdio>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tool/real_prometheus.hpp"
#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// Samples of one series, some seconds ago each.
struct Sampled {
  std::string series;
  std::vector<std::pair<int, double>> ago;
};

std::string openmetrics(const std::string& types, const std::vector<Sampled>& all) {
  const auto now = std::time(nullptr);
  std::string text = types;
  for (const auto& [series, samples] : all) {
    for (const auto& [ago, value] : samples)
      text += series + " " + std::to_string(static_cast<long long>(value)) + " " + std::to_string(now - ago) + "\n";
  }
  return text + "# EOF\n";
}

std::string requests(const std::string& instance, const std::string& status, const std::string& job = "clinic") {
  return "http_requests_total{job=\"" + job + "\",instance=\"" + instance + "\",status=\"" + status + "\"}";
}
const std::string kRequestsType = "# TYPE http_requests counter\n";

ToolResult check_server(const PrometheusServer& server, const std::string& config, std::vector<std::string> more) {
  std::vector<std::string> arguments{"check", "--prometheus", server.url("/"), "--config",
                                     temporary_file("source.yml", config)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_tool(arguments);
}

const std::string kErrors =
    "targets: [{name: t, measure: ratio, of: http_requests_total, part: {status: 5*}, below: 1%}]\n";

class PrometheusSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!installed("prometheus") || !installed("promtool")) GTEST_SKIP() << "prometheus is not installed";
  }
};

/// Two scrapes of three histograms, as files and as a server's samples.
struct Pair {
  std::string before, after;
  std::vector<Sampled> sampled;
};

Pair random_pair(std::mt19937_64& random) {
  Pair pair;
  const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
  for (const auto* route : {"/a", "/b", "/c"}) {
    int first = 0;
    int second = 0;
    for (const auto* le : {"0.05", "0.1", "0.2", "0.5", "1", "+Inf"}) {
      first += below(50);
      second += below(below(4) == 0 ? 400 : 40);
      const std::string labels = std::string("r=\"") + route + "\",le=\"" + le + "\"";
      pair.before += "h_bucket{" + labels + "} " + std::to_string(first) + "\n";
      pair.after += "h_bucket{" + labels + "} " + std::to_string(first + second) + "\n";
      pair.sampled.push_back(
          {"h_bucket{job=\"a\",instance=\"i\"," + labels + "}", {{400, first}, {5, first + second}}});
    }
  }
  return pair;
}

constexpr const char* kPercentiles = R"(targets:
  - {name: p50, measure: p50, of: h, below: 100ms, critical: 200ms}
  - {name: p95, measure: p95, of: h, below: 200ms}
  - {name: p95 of each, measure: p95, of: h, below: 500ms, each: [r]}
  - {name: p99, measure: p99, of: h, below: 500ms, select: {r: [/a, /b]}}
)";

std::string encoded(const std::string& text) {
  std::string out;
  for (const char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", static_cast<unsigned char>(c));
    out += hex;
  }
  return out;
}

double asked(const PrometheusServer& server, const std::string& query) {
  const auto url = server.url("/api/v1/query?query=" + encoded(query));
  const auto answer = json::parse(fetch_url(url, std::chrono::seconds(10), "*/*").body);
  return std::stod(answer["data"]["result"].at(0)["value"].at(1).get<std::string>());
}

// The growth between the two samples: of that in between an instant query sees the first.
std::string delta(const std::string& matcher) {
  return "(h_bucket{" + matcher + "} - h_bucket{" + matcher + "} offset 250s)";
}

json rows_of(const ToolResult& result) {
  auto rows = json::parse(result.out)["targets"];
  for (auto& row : rows) {
    if (row["note"].get<std::string>().starts_with("Prometheus has")) row["note"] = "";
  }
  return rows;
}

TEST_F(PrometheusSourceTest, AgreesWithTwoScrapesAndWithPrometheusItself) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 3; ++i) {
    const auto pair = random_pair(random);
    const PrometheusServer server(openmetrics("# TYPE h histogram\n", pair.sampled));
    ASSERT_TRUE(server.wait_until_ready());

    const auto result = check_server(server, kPercentiles, {"--window", "1h", "--format", "json"});
    const auto files = run_tool({"check", "--before", temporary_file("a.prom", pair.before), "--after",
                                 temporary_file("b.prom", pair.after), "--config",
                                 temporary_file("percentiles.yml", kPercentiles), "--format", "json"});

    const auto rows = rows_of(result);
    EXPECT_EQ(rows, rows_of(files));
    EXPECT_EQ(json::parse(result.out)["window_seconds"], 395);
    const auto& p95 = rows[1];
    EXPECT_EQ(asked(server, "sum" + delta("le=\"0.2\"") + " / sum" + delta("le=\"+Inf\"") + " >= bool 0.95"),
              p95["verdict"] == "ok" ? 1 : 0);
    EXPECT_NEAR(asked(server, "histogram_quantile(0.95, sum by (le) " + delta("") + ")"), p95["value"].get<double>(),
                1e-12);
  }
}

// 100 of 10,000 failed, all of them between the restart and its first scrape: increase() of a restarted counter.
TEST_F(PrometheusSourceTest, InstancesAndTheirRestartsAreSummed) {
  const PrometheusServer server(
      openmetrics(kRequestsType + "# TYPE process_start_time_seconds gauge\n",
                  {{requests("one", "200"), {{200, 5000}, {100, 8000}, {10, 4000}}},  // 3000 and 4000
                   {requests("one", "500"), {{10, 100}}},
                   {"process_start_time_seconds{job=\"clinic\",instance=\"one\"}", {{200, 7}, {100, 7}, {10, 2000}}},
                   {requests("two", "200"), {{195, 100}, {95, 1100}, {5, 3000}}}}));  // 2900
  ASSERT_TRUE(server.wait_until_ready());

  const auto result = check_server(server, kErrors, {"--job", "clinic"});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("{job=\"clinic\"} over 195.0 s"));
  EXPECT_THAT(result.out, HasSubstr("ok         10000"));
  EXPECT_THAT(result.out, HasSubstr("1.00 %"));
  EXPECT_THAT(result.out, HasSubstr("growth is summed over 2 instances, and over 1 reset of their counters"));
}

TEST_F(PrometheusSourceTest, AvailabilityIsThatOfTheWindowOfTheLevels) {
  constexpr int kDay = 24 * 3600;
  std::vector<std::pair<int, double>> good;
  for (int day = 20; day > 0; --day) good.emplace_back(day * kDay, (20 - day) * 10'000);
  const auto last = good.back().second;
  good.insert(good.end(), {{200, last + 1000}, {10, last + 11'000}});
  const PrometheusServer server(openmetrics(
      kRequestsType, {{requests("one", "200"), good},
                      {requests("one", "500"), {{20 * kDay, 0}, {5 * kDay, 1000}, {200, 1000}, {10, 1000}}}}));
  ASSERT_TRUE(server.wait_until_ready());

  const auto result = check_server(server, "error_rate: {target: 0.1%}\navailability: {target: 99.9%, critical: 99%}\n",
                                   {"--format", "json"});

  const auto rows = json::parse(result.out)["targets"];
  EXPECT_EQ(rows[0]["verdict"], "ok");
  EXPECT_EQ(rows[0]["samples"], 10'000);
  EXPECT_EQ(rows[1]["verdict"], "warning") << rows[1];
  EXPECT_EQ(rows[1]["samples"], 202'000);
  EXPECT_THAT(rows[1]["note"].get<std::string>(), HasSubstr("over 30 d; Prometheus has 20.0 d of 30 d"));
}

// Two hours of counts, of which Prometheus saw the last 35 s.
TEST_F(PrometheusSourceTest, CoverageIsSinceTheProcessBeganWhoseCountsAreWhole) {
  const auto began = static_cast<double>(std::time(nullptr) - 7200);
  const PrometheusServer server(
      openmetrics(kRequestsType + "# TYPE process_start_time_seconds gauge\n",
                  {{requests("one", "200"), {{40, 1'999'000}, {5, 2'000'000}}},
                   {"process_start_time_seconds{job=\"clinic\",instance=\"one\"}", {{40, began}, {5, began}}}}));
  ASSERT_TRUE(server.wait_until_ready());

  const auto result = check_server(server, "throughput: {target: 200/s}\navailability: {target: 99.9%}\n",
                                   {"--window", "3h", "--format", "json"});

  const auto rows = json::parse(result.out)["targets"];
  EXPECT_NEAR(rows[1]["value"].get<double>(), 2e6 / 7195, 1) << rows;
  EXPECT_EQ(rows[0]["samples"], 2'000'000);
  EXPECT_THAT(rows[0]["note"].get<std::string>(),
              testing::ContainsRegex("over 30 d; Prometheus has 7195.0 s of 30 d: since [0-9-]+ [0-9:]+ UTC, when "
                                     "the process began"));
}

// Samples of the buckets of a month are many times those of the counter.
TEST_F(PrometheusSourceTest, OfTheWindowOfTheLevelsOnlyWhatAvailabilityNeedsIsFetched) {
  const PrometheusServer server(openmetrics(
      kRequestsType + "# TYPE http_request_duration_seconds histogram\n",
      {{requests("one", "200"), {{7200, 0}, {200, 5000}, {10, 9000}}},
       {"http_request_duration_seconds_bucket{job=\"clinic\",instance=\"one\",le=\"1\"}", {{200, 0}, {10, 4000}}},
       {"http_request_duration_seconds_bucket{job=\"clinic\",instance=\"one\",le=\"+Inf\"}", {{200, 0}, {10, 4000}}}}));
  ASSERT_TRUE(server.wait_until_ready());
  const auto now = std::time(nullptr);
  int old = 0;
  int old_buckets = 0;
  int buckets = 0;
  ToolResult result;
  {
    const ScriptedServer between([&](int, const std::string& request) {
      const auto api = request.find("/api/");
      const auto path = request.substr(api, request.find(' ', api) - api);
      const auto time = path.find("&time=");
      const bool is_old = time != path.npos && std::stod(path.substr(time + 6)) < static_cast<double>(now - 3600);
      const bool has_buckets = path.find("_bucket") != path.npos;
      old += is_old;
      buckets += has_buckets;
      old_buckets += is_old && has_buckets;
      return http_ok(fetch_url(server.url(path), std::chrono::seconds(10), "*/*").body,
                     "Content-Type: application/json\r\n");
    });
    result = run_tool({"check", "--prometheus", between.url(), "--config",
                       temporary_file("month.yml", "latency: [{target: 1s}]\navailability: {target: 99.9%}\n")});
  }

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_GT(old, 0);
  EXPECT_GT(buckets, 0);
  EXPECT_EQ(old_buckets, 0);
}

TEST_F(PrometheusSourceTest, WhatItDoesNotHaveIsUnknownWithTheReason) {
  const PrometheusServer server(
      openmetrics(kRequestsType + "# TYPE gone counter\n",
                  {{requests("one", "200"), {{200, 0}, {10, 9000}}},
                   {requests("one", "200", "shop"), {{200, 0}, {10, 9000}}},
                   {"gone_total{job=\"clinic\",instance=\"one\",status=\"500\"}", {{1000, 0}, {900, 9000}}}}));
  ASSERT_TRUE(server.wait_until_ready());
  const auto of = [&](const std::string& metric, std::vector<std::string> more) {
    auto config = kErrors;
    config.replace(config.find("http_requests_total"), 19, metric);
    const auto result = check_server(server, config, std::move(more));
    EXPECT_EQ(result.status, 3) << metric;
    return result.out + result.err;
  };

  EXPECT_THAT(of("http_request_total", {"--job", "clinic"}),
              HasSubstr("has no series of http_request_total{job=\"clinic\"} in the last 300.0 s; did you mean "
                        "'http_requests_total'?"));
  EXPECT_THAT(of("http_requests_total", {"--job", "nobody"}), HasSubstr("has no series of http_requests_total{job="));
  EXPECT_THAT(of("gone_total", {"--job", "clinic", "--window", "1h"}),
              HasSubstr("has no sample of gone_total{job=\"clinic\"} now: is it still scraped?"));
  EXPECT_THAT(of("http_requests_total", {}),
              HasSubstr("has these metrics of several jobs: clinic, shop; pick one with --job"));
  EXPECT_THAT(of("http_requests_total", {"--selector", "job=="}), HasSubstr("parse error"));
}

// Each share is of its own instance: the mean of one that is full and one that is idle is half.
TEST_F(PrometheusSourceTest, SharesOfGaugesAreOfEachInstance) {
  const auto gauge = [](const std::string& name, const std::string& instance, double value) {
    return Sampled{name + "{job=\"clinic\",instance=\"" + instance + "\"}", {{10, value}}};
  };
  const PrometheusServer server(
      openmetrics("# TYPE process_resident_memory_bytes gauge\n# TYPE process_memory_limit_bytes gauge\n",
                  {gauge("process_resident_memory_bytes", "one", 99), gauge("process_resident_memory_bytes", "two", 1),
                   gauge("process_memory_limit_bytes", "one", 100), gauge("process_memory_limit_bytes", "two", 100)}));
  ASSERT_TRUE(server.wait_until_ready());

  const auto result = check_server(server, "memory_usage: {target: 80%, critical: 95%}\n", {});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.out, HasSubstr("99.00 %"));
  EXPECT_THAT(result.out, HasSubstr("one"));
}

TEST(PrometheusSource, AnswersThatNoPrometheusGivesAreTold) {
  const auto told = [](const std::string& answer) {
    const ScriptedServer server([&](int, const std::string&) { return answer; });
    const auto result = run_tool({"check", "--prometheus", server.url(), "--timeout", "5s"});
    EXPECT_EQ(result.status, 3);
    return result.err;
  };
  const std::string json = "Content-Type: application/json\r\n";
  const auto error = [](const std::string& body) {
    return "HTTP/1.1 422 Unprocessable Entity\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };

  EXPECT_THAT(told(http_ok("# TYPE a counter\n")), HasSubstr("answered with what no Prometheus does"));
  EXPECT_THAT(told(http_ok("{\"status\": \"success\"}", json)), HasSubstr("answered with what no Prometheus does"));
  EXPECT_THAT(told(error("{\"status\":\"error\",\"error\":\"it is too hot\"}")), HasSubstr("/metrics: it is too hot"));
  EXPECT_THAT(told(error("nothing")), HasSubstr("answered with HTTP status 422, not 200"));
  const auto clock = [&](double ahead) {
    const auto at = std::to_string(std::time(nullptr) + ahead);
    return told(
        http_ok(R"({"status":"success","data":{"resultType":"scalar","result":[)" + at + ",\"" + at + "\"]}}", json));
  };
  EXPECT_THAT(clock(3600), HasSubstr("s ahead of that of this machine; one of them is wrong"));
  EXPECT_THAT(clock(-3600), HasSubstr("s behind that of this machine; one of them is wrong"));
}

}  // namespace
}  // namespace vitals::tool
