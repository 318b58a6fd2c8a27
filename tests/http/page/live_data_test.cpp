#include "http/page/live_data.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vitals/http.hpp>
#include <vitals/levels.hpp>
#include <vitals/vitals.hpp>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::SizeIs;

struct LiveDataTest : testing::Test {
  void sample() {
    now += History::kInterval;
    history.sample(registry.snapshot(), now, std::chrono::nanoseconds{now.time_since_epoch()}.count());
  }
  [[nodiscard]] LiveInput input() const {
    return {.history = history,
            .levels = levels ? &*levels : nullptr,
            .levels_json = {},
            .links = {},
            .slowest = traced,
            .failures = {},
            .version = {},
            .first_sample = 1'000'000'000,
            .now = 2'000'000'000'000'000'000};
  }
  [[nodiscard]] json data(std::chrono::seconds range = 300s) const { return json::parse(live_json(input(), range)); }
  [[nodiscard]] json metric(std::string_view name) const {
    const auto text = metric_json(input(), name, 300s);
    return text ? json::parse(*text) : json{};
  }
  [[nodiscard]] static json tile(const json& data, std::string_view name) {
    for (const auto& tile : data["tiles"]) {
      if (tile["name"] == name) return tile;
    }
    return {};
  }

  Registry registry;
  std::optional<ServiceLevels> levels;
  History::TimePoint now{std::chrono::hours{1'000}};
  History history{std::size_t{4} << 20};
  std::vector<TracedRequest> traced;
};

TEST_F(LiveDataTest, SaysWhatTheServiceDidInTheRange) {
  levels = ServiceLevels{.latency = {{.objective = 0.95, .target = 150ms, .critical = 300ms}},
                         .error_rate = RatioLevel{.target = 0.02, .critical = 0.5},
                         .endpoint_classes = {{.name = "critical", .routes = {"GET /a"}, .target = 100ms}}};
  HttpMetrics http{registry, {.routes = {"GET /a", "POST /b/{id}"}, .levels = &*levels}};
  http.start("GET", "/a").finish(200, 9s);  // before the first sample: not part of the past
  sample();
  for (int i = 0; i < 90; ++i) http.start("GET", "/a").finish(200, 20ms);
  for (int i = 0; i < 10; ++i) http.start("POST", "/b/7").finish(i < 5 ? 500 : 200, 200ms);
  sample();
  sample();

  const json all = data();
  ASSERT_THAT(all["slots"], SizeIs(2));
  EXPECT_EQ(all["covered_seconds"], 10);
  EXPECT_EQ(all["slots"][1]["end"], 2e9);
  EXPECT_EQ(all["slots"][0]["end"], 2e9 - 5);
  EXPECT_EQ(tile(all, "requests")["value"], 10);
  EXPECT_EQ(tile(all, "requests")["count"], 100);
  EXPECT_EQ(tile(all, "requests")["values"], json::parse("[20, 0]"));
  EXPECT_EQ(tile(all, "errors")["value"], 0.05);
  EXPECT_EQ(tile(all, "errors")["verdict"], "warning");
  EXPECT_EQ(tile(all, "errors")["values"], json::parse("[0.05, null]"));
  EXPECT_EQ(tile(all, "active")["value"], 0);
  const json p95 = tile(all, "p95");
  EXPECT_NEAR(p95["value"], 0.2, 0.2 * 0.12) << "a bucket's width";
  EXPECT_EQ(p95["target"], 0.15);
  EXPECT_EQ(p95["critical"], 0.3);
  EXPECT_EQ(p95["verdict"], "warning");
  EXPECT_EQ(tile(all, "p50")["verdict"], "none");

  ASSERT_THAT(all["routes"], SizeIs(2));
  const json& a = all["routes"][0];
  EXPECT_EQ(a["endpoint"], "/a");
  EXPECT_EQ(a["class"], "critical");
  EXPECT_EQ(a["count"], 90);
  EXPECT_EQ(a["rate"], 9);
  EXPECT_EQ(a["budget"], 0.1);
  EXPECT_EQ(a["used"], a["p95"].get<double>() / 0.1);
  EXPECT_EQ(a["errors"], 0);
  const json& b = all["routes"][1];
  EXPECT_EQ(b["method"], "POST");
  EXPECT_EQ(b["endpoint"], "/b/{id}");
  EXPECT_TRUE(b["class"].is_null());
  EXPECT_TRUE(b["budget"].is_null());
  EXPECT_EQ(b["errors"], 5);
  EXPECT_EQ(b["error_ratio"], 0.5);
  EXPECT_THAT(b["values"], SizeIs(2));
}

TEST_F(LiveDataTest, JudgesByTheBuiltInTargetsWhereNoneAreDeclared) {
  HttpMetrics http{registry, {.routes = {"GET /a"}}};
  sample();
  for (int i = 0; i < 20; ++i) http.start("GET", "/a").finish(i == 0 ? 500 : 200, 200ms);
  sample();

  const json all = data();
  EXPECT_EQ(all["built_in_targets"], true);
  EXPECT_EQ(tile(all, "p50")["verdict"], "critical");
  EXPECT_EQ(tile(all, "p95")["verdict"], "warning");
  EXPECT_EQ(tile(all, "p99")["verdict"], "ok");
  EXPECT_EQ(tile(all, "errors")["verdict"], "warning");
  levels.emplace();
  EXPECT_EQ(data()["built_in_targets"], false);
  EXPECT_EQ(tile(data(), "p95")["verdict"], "none");
}

TEST_F(LiveDataTest, AFewRequestsAreNotJudged) {
  HttpMetrics http{registry, {.routes = {"GET /a"}}};
  sample();
  for (int i = 0; i < 19; ++i) http.start("GET", "/a").finish(500, 2s);
  sample();
  for (const auto* name : {"p50", "p95", "p99", "errors"}) EXPECT_EQ(tile(data(), name)["verdict"], "unknown") << name;

  http.start("GET", "/a").finish(500, 2s);
  sample();
  for (const auto* name : {"p50", "p95", "p99", "errors"}) EXPECT_EQ(tile(data(), name)["verdict"], "critical") << name;
}

// The narrow buckets end at 144 and 161 ms, and so would call 161 ms what the routes' count as within 150.
TEST_F(LiveDataTest, IsSureWhetherAPromisedTimeIsKept) {
  levels = ServiceLevels{.latency = {{.objective = 0.95, .target = 150ms}}};
  HttpMetrics http{registry, {.routes = {"GET /a"}, .levels = &*levels}};
  sample();
  for (int i = 0; i < 100; ++i) http.start("GET", "/a").finish(200, i < 95 ? 149ms : 1s);
  sample();
  EXPECT_LE(tile(data(), "p95")["value"], 0.15);
  EXPECT_EQ(tile(data(), "p95")["verdict"], "ok");
  for (int i = 0; i < 2; ++i) http.start("GET", "/a").finish(200, 151ms);
  sample();
  EXPECT_GT(tile(data(), "p95")["value"], 0.15);
  EXPECT_EQ(tile(data(), "p95")["verdict"], "warning");
}

TEST_F(LiveDataTest, ShowsOpenTelemetrysNamesAlike) {
  HttpMetrics http{registry, {.routes = {"GET /a"}, .naming = HttpNaming::OpenTelemetry}};
  sample();
  for (int i = 0; i < 10; ++i) http.start("GET", "/a").finish(i == 0 ? 503 : 200, 20ms);
  sample();
  const json all = data();
  ASSERT_THAT(all["routes"], SizeIs(1));
  EXPECT_EQ(all["routes"][0]["endpoint"], "/a");
  EXPECT_EQ(all["routes"][0]["count"], 10);
  EXPECT_EQ(all["routes"][0]["errors"], 1);
  EXPECT_EQ(tile(all, "errors")["value"], 0.1);
  EXPECT_EQ(tile(all, "active")["value"], 0);
}

TEST_F(LiveDataTest, HasNothingWhereThereIsNothing) {
  EXPECT_THAT(data()["slots"], SizeIs(0));
  sample();
  sample();
  const json all = data();
  for (const auto* list : {"tiles", "routes", "statements", "caches", "pools", "slowest", "failures", "metrics"})
    EXPECT_THAT(all[list], SizeIs(0)) << list;
  EXPECT_TRUE(all["levels"].is_null());
  EXPECT_TRUE(all["started"].is_null());
}

TEST_F(LiveDataTest, ShowsCachesPoolsAndStatements) {
  auto& hits = registry.counter("cache_hits_total", "A.", {"cache_type", "hit"});
  registry.gauge("db_pool_connections_max", "A.", {"pool"}).with("main").set(8);
  registry.gauge("db_pool_connections_active", "A.", {"pool"}).with("main").set(6);
  registry.gauge("redis_pool_max_connections", "A.", {"pool"}).with("main").set(4);
  registry.gauge("redis_pool_connections", "A.", {"pool", "state"}).with("main", "used").set(1);
  auto& statements = registry.histogram("db_query_duration_seconds", "A.", {"query_type", "table"}, Buckets{0.1, 1});
  hits.with("redis", "true").inc(0);
  statements.with("SELECT", "clients").observe(0.5);
  sample();
  hits.with("redis", "true").inc(3);
  hits.with("redis", "false").inc(1);
  for (int i = 0; i < 10; ++i) statements.with("SELECT", "clients").observe(5);
  sample();
  const json all = data();
  EXPECT_EQ(all["caches"][0]["cache_type"], "redis");
  EXPECT_EQ(all["caches"][0]["ratio"], 0.75);
  EXPECT_EQ(tile(all, "cache_hits")["value"], 0.75);
  EXPECT_EQ(tile(all, "pool")["value"], 0.75) << "of the fullest";
  ASSERT_THAT(all["pools"], SizeIs(2));
  EXPECT_EQ(all["pools"][1]["kind"], "redis");
  EXPECT_EQ(all["pools"][1]["in_use"], 1);
  EXPECT_EQ(all["statements"][0]["count"], 10);
  EXPECT_EQ(all["statements"][0]["beyond"], true);
  EXPECT_EQ(all["statements"][0]["p95"], 1) << "the last bound";
}

TEST_F(LiveDataTest, GivesAnyMetricByItsName) {
  auto& jobs = registry.counter("jobs_total", "Jobs.", {"queue"});
  registry.gauge("depth", "Depth.").set(2.5);
  jobs.with("quiet").inc(0);
  jobs.with("<b>\"\\\n\xf0\x9f\x92\xa9").inc(0);
  sample();
  jobs.with("<b>\"\\\n\xf0\x9f\x92\xa9").inc(50);
  sample();
  const json counter = metric("jobs_total");
  EXPECT_EQ(counter["type"], "counter");
  EXPECT_EQ(counter["help"], "Jobs.");
  EXPECT_EQ(counter["series_in_all"], 2);
  EXPECT_EQ(counter["series"][0]["labels"]["queue"], "<b>\"\\\n\xf0\x9f\x92\xa9") << "the busiest first";
  EXPECT_EQ(counter["series"][0]["value"], 10);
  EXPECT_EQ(counter["series"][0]["values"], json::parse("[10]"));
  EXPECT_EQ(metric("depth")["series"][0]["value"], 2.5);
  EXPECT_TRUE(metric("unknown").is_null());
  EXPECT_THAT(data()["metrics"], SizeIs(2));
}

TEST_F(LiveDataTest, HistogramsOfOtherBoundsAreAddedUpByThoseThatAllHave) {
  auto& times = registry.histogram("http_request_duration_seconds", "A.", {"method", "endpoint"}, Buckets{0.1, 0.2, 1});
  auto& own = times.with_bounds(Buckets{0.2, 0.5, 1}, "GET", "/own");
  auto& other = times.with("GET", "/other");
  sample();
  for (int i = 0; i < 10; ++i) {
    own.observe(0.3);
    other.observe(0.15);
  }
  sample();
  const json p50 = tile(data(), "p50");
  EXPECT_EQ(p50["value"], 0.2);
  EXPECT_EQ(p50["count"], 20);
}

}  // namespace
}  // namespace vitals::detail
