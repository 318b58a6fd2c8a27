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
            "endpoint_classes \"a\": \"POST /clients/{id}\" is none of HttpOptions::routes; did you mean 'GET "
            "/clients/{id}'?; list it there, or leave it out\n"
            "route_budgets \"b\": \"GET /client/{id}\" is none of HttpOptions::routes; did you mean 'GET "
            "/clients/{id}'?; list it there, or leave it out");
  EXPECT_EQ(refusal({.routes = {"GET|POST /clients/:id", "/clients", "/client/{id}"}, .levels = &levels}), "accepted");
  EXPECT_EQ(refusal({.levels = &levels}), "accepted");  // adapters may add the routes
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
