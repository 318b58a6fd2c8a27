// HttpOptions::levels: bounds, counts of objectives, budgets of endpoints.
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/http.hpp>
#include <vitals/service_levels.hpp>
#include <vitals/vitals.hpp>

#include "core/levels/guide_levels.hpp"
#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::sample;

double events(const std::string& text, const std::string& slo) {
  return sample(text, "slo_events_total{slo=\"" + slo + "\"}");
}
double bad(const std::string& text, const std::string& slo) {
  return sample(text, "slo_bad_events_total{slo=\"" + slo + "\"}");
}

std::string refusal(const HttpOptions& options) {
  Registry registry;
  try {
    const HttpMetrics metrics{registry, options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(HttpLevels, ThresholdsBecomeBounds) {
  const ServiceLevels levels{.latency = {{.target = 123ms, .critical = 234ms, .alert = 150ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .duration_buckets = {0.1, 1}, .levels = &levels}};
  http.route("/own", {.duration_buckets = Buckets{0.2, 60}});
  http.start("GET", "/a").finish(200, 123ms);
  const auto text = to_text(registry);

  const auto bucket = [&](const char* endpoint, const char* le) {
    return sample(text, std::string("http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"") + endpoint +
                            "\",le=\"" + le + "\"}");
  };
  EXPECT_EQ(bucket("/a", "0.1"), 0);
  EXPECT_EQ(bucket("/a", "0.123"), 1);
  EXPECT_EQ(bucket("/a", "0.15"), 1);
  EXPECT_EQ(bucket("/a", "0.234"), 1);
  EXPECT_EQ(bucket("/own", "0.123"), 0);
  EXPECT_EQ(bucket("/own", "60"), 0);
  EXPECT_THAT(text, Not(HasSubstr("endpoint=\"/own\",le=\"0.1\"")));
}

TEST(HttpLevels, EventsAreExactlyWhatTheBucketOfTheTargetTells) {
  const ServiceLevels levels{.latency = {{.objective = 0.5, .target = 1ms}, {.target = 150ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a", "/b"}, .levels = &levels}};
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const std::chrono::nanoseconds near{150'000'000 + static_cast<std::int64_t>(random() % 5) - 2};
    const std::chrono::nanoseconds any{static_cast<std::int64_t>(random() >> (30 + random() % 30))};
    http.start("GET", i % 3 == 0 ? "/a" : "/nowhere").finish(200, i % 2 == 0 ? near : any);
  }

  const auto snapshot = to_text(registry);
  const auto of = [&](const std::string& suffix, const std::string& le) {
    double sum = 0;
    for (const auto* endpoint : {"/a", "_unmatched"})
      sum += sample(snapshot, "http_request_duration_seconds" + suffix + "{method=\"GET\",endpoint=\"" + endpoint +
                                  "\"" + le + "}");
    return sum;
  };
  for (const auto& [slo, le] : {std::pair{"latency-p50", "0.001"}, std::pair{"latency-p95", "0.15"}}) {
    EXPECT_EQ(events(snapshot, slo), 20'000);
    EXPECT_EQ(bad(snapshot, slo), of("_count", "") - of("_bucket", std::string(",le=\"") + le + "\"")) << slo;
    EXPECT_GT(bad(snapshot, slo), 1000);
  }
}

TEST(HttpLevels, DurationOnTheTargetIsGood) {
  const ServiceLevels levels{.latency = {{.target = 150ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .levels = &levels}};

  http.start("GET", "/a").finish(200, 150ms);
  EXPECT_EQ(bad(to_text(registry), "latency-p95"), 0);
  http.start("GET", "/a").finish(200, 150ms + 1ns);
  EXPECT_EQ(bad(to_text(registry), "latency-p95"), 1);
}

TEST(HttpLevels, SeriesOfObjectivesExistFromTheStart) {
  const auto levels = testing::guide_levels();
  Registry registry;
  const HttpMetrics http{registry, {.levels = &levels}};
  const auto text = to_text(registry);

  for (const auto& [slo, objective] : std::vector<std::pair<std::string, double>>{{"latency-p50", 0.5},
                                                                                  {"latency-p95", 0.95},
                                                                                  {"latency-p99", 0.99},
                                                                                  {"error-rate", 0.999},
                                                                                  {"availability", 0.999},
                                                                                  {"latency-critical-p95", 0.95},
                                                                                  {"latency-important-p95", 0.95},
                                                                                  {"latency-standard-p95", 0.95}}) {
    EXPECT_EQ(events(text, slo), 0) << slo;
    EXPECT_EQ(bad(text, slo), 0) << slo;
    EXPECT_DOUBLE_EQ(sample(text, "slo_objective_ratio{slo=\"" + slo + "\"}"), objective) << slo;
  }
}

TEST(HttpLevels, ErrorsAreTheStatusesThatTheLevelsCallBad) {
  const ServiceLevels levels{.bad_statuses = {"5xx", "429"}, .error_rate = RatioLevel{.target = 0.01}};
  for (const bool group : {false, true}) {
    Registry registry;
    HttpMetrics http{registry, {.routes = {"/a"}, .group_status = group, .levels = &levels}};

    for (const int status : {200, 404, 429, 500, 503, 599, 600, 101, 428, 430}) http.start("GET", "/a").finish(status);

    EXPECT_EQ(events(to_text(registry), "error-rate"), 10);
    EXPECT_EQ(bad(to_text(registry), "error-rate"), 4);
  }
}

TEST(HttpLevels, ClassesCountTheirEndpointsAndTheOthersTheRest) {
  const ServiceLevels levels{
      .endpoint_classes = {{.name = "critical", .routes = {"POST /a", "GET /b/{id}"}, .target = 10ms},
                           {.name = "standard", .others = true, .target = 20ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"GET|POST /a", "/b/{id}"}, .levels = &levels}};

  http.start("POST", "/a").finish(200, 15ms);
  http.start("GET", "/b/7").finish(200, 5ms);
  http.start("GET", "/a").finish(200, 15ms);
  http.start("GET", "/nowhere").finish(404, 25ms);

  const auto text = to_text(registry);
  EXPECT_EQ(events(text, "latency-critical-p95"), 2);
  EXPECT_EQ(bad(text, "latency-critical-p95"), 1);
  EXPECT_EQ(events(text, "latency-standard-p95"), 2);
  EXPECT_EQ(bad(text, "latency-standard-p95"), 1);
}

TEST(HttpLevels, WhatHasNoDurationIsNoEventOfTimes) {
  const ServiceLevels levels{.latency = {{.target = 10ms}},
                             .availability = RatioLevel{.target = 0.99},
                             .endpoint_classes = {{.name = "all", .others = true, .target = 10ms}}};
  Registry registry;
  HttpMetrics http{registry, {.exclude = {"/excluded"}, .levels = &levels}};
  http.route("/none", {.duration = HttpDuration::None});
  http.route("/stream", {.duration = HttpDuration::FirstByte});

  http.start("GET", "/none").finish(200, 1s);
  http.start("GET", "/upgrade").finish(101, 1s);
  http.start("CONNECT", "/a").finish(200, 1s);
  http.start("GET", "/excluded").finish(500, 1s);
  auto stream = http.start("GET", "/stream");
  stream.first_byte();
  std::this_thread::sleep_for(20ms);
  stream.finish(200);

  const auto text = to_text(registry);
  EXPECT_EQ(events(text, "latency-p95"), 1);
  EXPECT_EQ(events(text, "latency-all-p95"), 1);
  EXPECT_EQ(events(text, "availability"), 4);
  EXPECT_EQ(bad(text, "availability"), 0);
}

TEST(HttpLevels, BudgetOfAnEndpointIsTheLeastOfItsClassAndItsRoute) {
  const ServiceLevels levels{.endpoint_classes = {{.name = "critical", .routes = {"GET|POST /a"}, .target = 150ms},
                                                  {.name = "standard", .others = true, .target = 500ms}},
                             .route_budgets = {{.name = "list", .routes = {"GET /a"}, .target = 200ms},
                                               {.name = "login", .routes = {"POST /login"}, .target = 100ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"GET|POST /a", "POST /login"}, .levels = &levels}};
  http.start("GET", "/nowhere").finish(404);
  const auto text = to_text(registry);

  EXPECT_EQ(
      sample(text, R"(http_endpoint_budget_seconds{method="GET",endpoint="/a",slo_class="critical",operation="list"})"),
      0.15);
  EXPECT_EQ(
      sample(text,
             R"(http_endpoint_budget_seconds{method="POST",endpoint="/login",slo_class="standard",operation="login"})"),
      0.1);
  EXPECT_EQ(
      sample(text,
             R"(http_endpoint_budget_seconds{method="POST",endpoint="/a",slo_class="critical",operation="none"})"),
      0.15);
  EXPECT_EQ(
      sample(
          text,
          R"(http_endpoint_budget_seconds{method="GET",endpoint="_unmatched",slo_class="standard",operation="none"})"),
      0.5);
}

TEST(HttpLevels, BudgetsHaveTheLabelsOfOpenTelemetry) {
  const ServiceLevels levels{.route_budgets = {{.name = "list", .routes = {"GET /a"}, .target = 200ms}}};
  Registry registry;
  const HttpMetrics http{registry, {.routes = {"/a"}, .naming = HttpNaming::OpenTelemetry, .levels = &levels}};

  EXPECT_THAT(to_text(registry),
              HasSubstr("http_endpoint_budget_seconds{http_request_method=\"GET\",http_route=\"/a\","));
}

TEST(HttpLevels, LevelsAreReadByTheConstructorAlone) {
  auto levels = std::make_unique<ServiceLevels>(testing::guide_levels());
  Registry registry;
  HttpMetrics http{registry, {.levels = levels.get()}};
  levels.reset();

  http.route("GET /api/v1/clients");
  http.start("GET", "/api/v1/clients").finish(200, 151ms);

  EXPECT_EQ(bad(to_text(registry), "latency-critical-p95"), 1);
}

TEST(HttpLevels, WithoutLevelsNothingIsCounted) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}}};
  http.start("GET", "/a").finish(500);

  EXPECT_THAT(to_text(registry), Not(HasSubstr("slo_")));
  EXPECT_THAT(to_text(registry), Not(HasSubstr("budget")));
}

TEST(HttpLevels, WrongLevelsAreRefused) {
  const ServiceLevels nothing;
  const ServiceLevels slow{.latency = {{.target = 1s, .critical = 10s}}};
  const ServiceLevels levels{
      .endpoint_classes = {{.name = "a", .routes = {"GET /clients", "POST /clients/{id}"}, .target = 1s}},
      .route_budgets = {{.name = "b", .routes = {"GET /client/{id}"}, .target = 1s}}};

  EXPECT_THAT(refusal({.levels = &nothing}), HasSubstr("no level is declared"));
  EXPECT_THAT(refusal({.levels = &slow}),
              HasSubstr("latency[0].critical: 10s is not below the last bucket bound, 10s"));
  EXPECT_EQ(refusal({.routes = {"GET /clients", "GET /clients/:id"}, .levels = &levels}),
            "vitals::HttpMetrics: service levels:\n"
            "endpoint_classes[0].routes[1]: \"POST /clients/{id}\" is none of HttpOptions::routes; did you mean 'GET "
            "/clients/{id}'?; list it there, or with its options in HttpOptions::routes_with_options, or leave it out\n"
            "route_budgets[0].routes[0]: \"GET /client/{id}\" is none of HttpOptions::routes; did you mean 'GET "
            "/clients/{id}'?; list it there, or with its options in HttpOptions::routes_with_options, or leave it out");
  EXPECT_EQ(refusal({.routes = {"GET|POST /clients/:id", "/clients", "/client/{id}"}, .levels = &levels}), "accepted");
  EXPECT_EQ(refusal({.levels = &levels}), "accepted");  // adapters may add the routes
}

// They were declared before the levels were judged.
TEST(HttpLevels, RefusedHttpMetricsLeavesNothingInTheRegistry) {
  const ServiceLevels misspelt{.route_budgets = {{.name = "a", .routes = {"GET /b"}, .target = 1s}}};
  Registry registry;
  const auto before = to_text(registry);

  EXPECT_THROW(HttpMetrics(registry, {.routes = {"/a"}, .levels = &misspelt}), std::invalid_argument);

  EXPECT_EQ(to_text(registry), before);
}

TEST(HttpLevels, AllMistakesAreToldAtOnce) {
  const ServiceLevels levels{
      .latency = {{.target = 1s, .critical = 20s}, {.objective = 0.99, .target = 2 * 24h}},
      .error_rate = RatioLevel{.target = 2},
      .endpoint_classes = {{.name = "a", .routes = {"GET /b", "GTE /c"}, .target = 1s}},
  };

  EXPECT_EQ(refusal({.routes = {"/a"}, .levels = &levels}),
            "vitals::HttpMetrics: service levels:\n"
            "latency[1].target: 'target' is 2d; it must be above 0 and at most 1d\n"
            "error_rate.target: 'target' is 2, which is more than all; write less than 1, which is 100% in a file\n"
            "endpoint_classes[0].routes[1]: route 'GTE /c': 'GTE' is no HTTP method; did you mean 'GET'?; write GET "
            "/path or GET|POST /path\n"
            "latency[0].critical: 20s is not below the last bucket bound, 10s, above which no percentile can be told; "
            "give buckets that go further\n"
            "endpoint_classes[0].routes[0]: \"GET /b\" is none of HttpOptions::routes; did you mean 'GET /a'?; list it "
            "there, or with its options in HttpOptions::routes_with_options, or leave it out");
}

// The label endpoint has the adapter's names of holes.
TEST(HttpLevels, RouteOfAnAdapterMayCallItsHolesOtherwise) {
  const ServiceLevels levels{.endpoint_classes = {{.name = "critical", .routes = {"GET /c/{id}"}, .target = 10ms},
                                                  {.name = "standard", .others = true, .target = 20ms}}};
  Registry registry;
  HttpMetrics http{registry, {.levels = &levels}};

  http.start("GET", http.learn("/c/{client_id}")).finish(200, 15ms);
  http.start("GET", http.route("/c/:number")).finish(200, 15ms);

  EXPECT_EQ(bad(to_text(registry), "latency-critical-p95"), 2);
  EXPECT_EQ(events(to_text(registry), "latency-standard-p95"), 0);
}

TEST(HttpLevels, HttpMetricsOfARegistryHaveTheSameLevels) {
  const ServiceLevels levels{.latency = {{.target = 10ms}}};
  const ServiceLevels same = levels;
  const ServiceLevels others{.latency = {{.target = 20ms}}};
  Registry registry;
  auto first = std::make_unique<HttpMetrics>(registry, HttpOptions{.levels = &levels});
  HttpMetrics second{registry, {.duration_buckets = levels.request_buckets(), .levels = &same}};

  try {
    const HttpMetrics third{registry, {.levels = &others}};
    ADD_FAILURE();
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("the registry has an HttpMetrics with other service levels"));
  }
  first->start("GET", "/a").finish(200, 15ms);
  second.start("GET", "/a").finish(200, 15ms);
  EXPECT_EQ(bad(to_text(registry), "latency-p95"), 2);

  const auto elsewhere = registry.scope({.prefix = "admin_"});
  EXPECT_NO_THROW(HttpMetrics(elsewhere, {.levels = &others}));
}

// As when a program reads its configuration again.
TEST(HttpLevels, LevelsOfAnHttpMetricsThatIsGoneDontHinderOthers) {
  const ServiceLevels levels{.latency = {{.target = 100ms}}};
  const ServiceLevels others{.latency = {{.target = 200ms}}};
  Registry registry;
  { const HttpMetrics gone{registry, {.levels = &levels}}; }

  HttpMetrics http{registry, {.levels = &others}};
  http.start("GET", "/a").finish(200, 150ms);

  EXPECT_EQ(bad(to_text(registry), "latency-p95"), 0);
}

TEST(HttpLevels, ListedRouteWithOptionsMayBeInAClass) {
  const ServiceLevels levels{
      .endpoint_classes = {{.name = "slow", .routes = {"GET /export", "GET /a"}, .target = 20s}}};
  Registry registry;
  HttpMetrics http{registry,
                   {.routes = {"/a"},
                    .routes_with_options = {{"/export", {.duration_buckets = Buckets{1, 60}}}},
                    .duration_buckets = Buckets{1, 30},
                    .levels = &levels}};

  http.start("GET", "/export").finish(200, 30s);
  http.route("/export", {.duration_buckets = Buckets{1, 60}});

  const auto text = to_text(registry);
  EXPECT_EQ(bad(text, "latency-slow-p95"), 1);
  EXPECT_EQ(sample(text, R"(http_request_duration_seconds_bucket{method="GET",endpoint="/export",le="60"})"), 1);
  EXPECT_EQ(sample(text, R"(http_request_duration_seconds_bucket{method="GET",endpoint="/export",le="20"})"), 0);
}

TEST(HttpLevels, OwnBucketsHaveTheThresholdsOfTheirRouteAlone) {
  const ServiceLevels levels{.endpoint_classes = {{.name = "fast", .routes = {"GET|PUT /own"}, .target = 20ms},
                                                  {.name = "rest", .others = true, .target = 5s}},
                             .route_budgets = {{.name = "list", .routes = {"GET /b"}, .target = 30ms}}};
  Registry registry;
  HttpMetrics http{registry, {.levels = &levels}};
  http.route("/own", {.duration_buckets = Buckets{0.01, 0.1}});
  http.route("PUT /own", {.duration_buckets = Buckets{0.01, 0.1}});
  http.start("GET", "/own").finish(200, 15ms);
  const auto text = to_text(registry);

  const auto series = [](const char* le) {
    return std::string(R"(http_request_duration_seconds_bucket{method="GET",endpoint="/own",le=")") + le + "\"}";
  };
  EXPECT_EQ(sample(text, series("0.02")), 1);
  EXPECT_THAT(text, Not(HasSubstr(series("0.03"))));
  EXPECT_THAT(text, Not(HasSubstr(series("5"))));
}

TEST(HttpLevels, OwnBucketsThatAreTooShortNameTheirRoute) {
  const ServiceLevels levels{.latency = {{.target = 1s}},
                             .endpoint_classes = {{.name = "all", .others = true, .target = 2s}}};
  Registry registry;
  HttpMetrics http{registry, {.levels = &levels}};

  try {
    http.route("/own", {.duration_buckets = Buckets{0.01, 0.1}});
    ADD_FAILURE();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "vitals::HttpMetrics: route \"/own\": its duration_buckets don't fit its service levels:\n"
                 "latency[0].target: 1s is not below the last bucket bound, 0.1s, above which no percentile can be "
                 "told; give buckets that go further\n"
                 "endpoint_classes \"all\".target: 2s is not below the last bucket bound, 0.1s, above which no "
                 "percentile can be told; give buckets that go further");
  }
}

// 1 - 0.07 is 0.9299999999999999.
TEST(HttpLevels, ObjectiveOfAnErrorRateIsADecimal) {
  const ServiceLevels levels{.error_rate = RatioLevel{.target = 0.07}};
  Registry registry;
  const HttpMetrics http{registry, {.levels = &levels}};

  EXPECT_THAT(to_text(registry), HasSubstr("slo_objective_ratio{slo=\"error-rate\"} 0.93\n"));
}

TEST(HttpLevels, ExcludedRouteIsNoneOfALevel) {
  const ServiceLevels levels{.route_budgets = {{.name = "a", .routes = {"GET /health"}, .target = 1s}}};

  EXPECT_EQ(refusal({.exclude = {"/health"}, .levels = &levels}),
            "vitals::HttpMetrics: service levels:\n"
            "route_budgets[0].routes[0]: \"GET /health\" is excluded (HttpOptions::exclude), so that no request would "
            "count; list it in HttpOptions::routes, or leave it out");
  EXPECT_EQ(refusal({.routes = {"/health"}, .exclude = {"/health"}, .levels = &levels}), "accepted");
}

// Where the duration's count is that of the requests, what has no duration has the time to its first byte.
TEST(HttpLevels, EventsAreWhatTheHistogramOfOpenTelemetryHas) {
  const ServiceLevels levels{.latency = {{.target = 10s}},
                             .endpoint_classes = {{.name = "all", .others = true, .target = 10s}}};
  Registry registry;
  HttpMetrics http{registry, {.duration_buckets = Buckets{60}, .naming = HttpNaming::OpenTelemetry, .levels = &levels}};
  http.route("/none", {.duration = HttpDuration::None});

  http.start("GET", "/none").finish(200, 1s);
  auto request = http.start("GET", "/none");
  request.first_byte();
  request.finish(200, 1h);

  const auto text = to_text(registry);
  EXPECT_THAT(text,
              HasSubstr("http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/none\","
                        "http_response_status_code=\"200\",url_scheme=\"http\"} 1\n"));
  EXPECT_EQ(events(text, "latency-p95"), 1);
  EXPECT_EQ(events(text, "latency-all-p95"), 1);
  EXPECT_EQ(bad(text, "latency-p95"), 0);
}

// ThreadSanitizer sees this too.
TEST(HttpLevels, ManyThreadsLoseNoEvent) {
  const ServiceLevels levels{.latency = {{.target = 10ms}},
                             .error_rate = RatioLevel{.target = 0.1},
                             .endpoint_classes = {{.name = "all", .others = true, .target = 10ms}}};
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .levels = &levels}};
  constexpr int kThreads = 4;
  constexpr int kEach = 5000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&http, t] {
      for (int i = 0; i < kEach; ++i)
        http.start("GET", i % 2 == 0 ? "/a" : "/other").finish(i % 5 == 0 ? 500 : 200, t % 2 == 0 ? 1ms : 20ms);
    });
  }
  for (auto& thread : threads) thread.join();

  const auto text = to_text(registry);
  for (const auto* slo : {"latency-p95", "latency-all-p95"}) {
    EXPECT_EQ(events(text, slo), kThreads * kEach);
    EXPECT_EQ(bad(text, slo), kThreads * kEach / 2);
  }
  EXPECT_EQ(events(text, "error-rate"), kThreads * kEach);
  EXPECT_EQ(bad(text, "error-rate"), kThreads * kEach / 5);
}

}  // namespace
}  // namespace vitals
