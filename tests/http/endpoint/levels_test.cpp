// EndpointOptions::levels: the page /slo.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/http.hpp>
#include <vitals/level_status.hpp>
#include <vitals/service_levels.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/levels/guide_levels.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A service with an HttpMetrics and an Endpoint of the same levels.
struct Service {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  ServiceLevels levels{.latency = {{.target = 150ms}}, .availability = RatioLevel{.target = 0.999}};
  HttpMetrics http{registry, {.routes = {"/a"}, .levels = &levels}};
  Endpoint endpoint{registry, {.port = 0, .levels = &levels}};
};

std::string refusal(const EndpointOptions& options) {
  Registry registry;
  try {
    const Endpoint endpoint{registry, options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(EndpointLevels, AnswersTheStatusOfObjectives) {
  Service service;
  for (int i = 0; i < 100; ++i) service.http.start("GET", "/a").finish(i == 0 ? 503 : 200, i < 5 ? 200ms : 1ms);

  const Answer answer = get(service.endpoint.port(), "/slo");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(answer.header("Cache-Control"), "no-store");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(answer.body,
              StartsWith("{\"window_seconds\": 2592000, \"sample_interval_seconds\": 60, \"objectives\": [\n"
                         "  {\"name\": \"latency-p95\", \"objective\": 0.95, \"events\": 100, "
                         "\"bad_events\": 5, \"compliance\": 0.95,"));
  EXPECT_THAT(answer.body, HasSubstr("{\"name\": \"availability\", \"objective\": 0.999, \"events\": 100, "
                                     "\"bad_events\": 1, \"compliance\": 0.99,"));
  EXPECT_THAT(answer.body, HasSubstr("\"burn_rate\": 10}"));
}

TEST(EndpointLevels, TheSameAsALevelStatusOfTheRegistry) {
  Service service;
  LevelStatus status{service.registry, service.levels};
  service.http.start("GET", "/a").finish(200, 200ms);
  service.clock.advance(90s);

  EXPECT_EQ(get(service.endpoint.port(), "/slo").body, status.to_json());
}

TEST(EndpointLevels, TakesGetAndHeadWithAnyQuery) {
  Service service;
  EXPECT_EQ(get(service.endpoint.port(), "/slo?x=y").status, 200);
  EXPECT_EQ(get(service.endpoint.port(), "/slo/").status, 404);

  RawConnection client{service.endpoint.port()};
  client.send("HEAD /slo HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer head = client.read_answer(10'000ms, true);
  EXPECT_EQ(head.status, 200);
  EXPECT_GT(std::stoul(head.header("Content-Length")), 500U);
  client.send("POST /slo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 405);
}

TEST(EndpointLevels, TheIndexLinksToIt) {
  Service service;
  const Endpoint endpoint{service.registry, {.port = 0, .levels = &service.levels, .live_page = false}};
  EXPECT_THAT(get(endpoint.port(), "/").body, HasSubstr("<a href=\"/slo\">/slo</a>"));
}

TEST(EndpointLevels, WithoutLevelsThereIsNoSuchPage) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};

  EXPECT_EQ(get(endpoint.port(), "/slo").status, 404);
  EXPECT_THAT(get(endpoint.port(), "/").body, Not(HasSubstr("/slo")));
  const Endpoint other{registry, {.port = 0, .path = "/slo"}};
  EXPECT_EQ(get(other.port(), "/slo").status, 200);  // the metrics
}

TEST(EndpointLevels, LevelsWithMistakesAreRefusedAsByHttpMetrics) {
  const ServiceLevels wrong{.window = 1s, .availability = RatioLevel{.target = 2}};
  const auto rule = std::string{": service levels:\nwindow: 'window' is 1s"};
  EXPECT_THAT(refusal({.port = 0, .levels = &wrong}),
              AllOf(StartsWith("vitals::Endpoint" + rule), HasSubstr("\navailability.target: 'target' is 2")));

  const ServiceLevels right = guide_levels();
  EXPECT_THAT(refusal({.port = 0, .path = "/slo", .levels = &right}), HasSubstr("choose another"));
}

TEST(EndpointLevels, WhatNoHttpMetricsCountsIsUnknown) {
  const ServiceLevels levels{.availability = RatioLevel{.target = 0.999}};
  Registry registry;
  const HttpMetrics without{registry, {.routes = {"/a"}}};
  const Endpoint endpoint{registry, {.port = 0, .levels = &levels}};

  EXPECT_THAT(
      get(endpoint.port(), "/slo").body,
      AllOf(HasSubstr("\"events\": null, \"bad_events\": null, \"compliance\": null, \"note\": \"nothing counts"),
            HasSubstr("\"remaining\": null"), Not(HasSubstr("\"firing\": true"))));
}

TEST(EndpointLevels, MayBeMadeBeforeWhatCounts) {
  ServiceLevels levels{.availability = RatioLevel{.target = 0.999}};
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0, .levels = &levels}};
  HttpMetrics http{registry, {.routes = {"/a"}, .levels = &levels}};
  levels = {};  // neither needs them any more
  http.start("GET", "/a").finish(500);

  EXPECT_THAT(get(endpoint.port(), "/slo").body, HasSubstr("\"events\": 1, \"bad_events\": 1, \"compliance\": 0,"));
}

// On its own, without scrapes or questions: here each second. Each look at the counters reads the clock.
TEST(EndpointLevels, TheEndpointTakesTheSamples) {
  struct Counted final : Clock {
    std::int64_t steady_nanos() const noexcept override {
      ++reads;
      return Clock::steady_nanos();
    }
    mutable std::atomic<int> reads{0};
  } clock;
  const ServiceLevels levels{.availability = RatioLevel{.target = 0.9},
                             .burn_rate_alerts = {{AlertSeverity::Page, 2, 1h, 5s}}};
  Registry registry{{.clock = &clock}};
  const Endpoint endpoint{registry, {.port = 0, .levels = &levels}};
  const int before = clock.reads;

  EXPECT_TRUE(eventually([&] { return clock.reads >= before + 3; }));
}

TEST(EndpointLevels, AnswersWhileACallbackHangs) {
  Service service;
  std::atomic<bool> go_on{false};
  std::atomic<bool> hangs{false};
  const auto token = service.registry.gauge_callback("a", "A.", [&] {
    hangs = true;
    while (!go_on) sleep_briefly();
    return 1.0;
  });
  RawConnection scraper{service.endpoint.port()};
  scraper.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return hangs.load(); }));

  EXPECT_EQ(get(service.endpoint.port(), "/slo").status, 200);
  go_on = true;
  EXPECT_EQ(scraper.read_answer().status, 200);
}

TEST(EndpointLevels, UnderScrapesRequestsAndQuestionsAtOnce) {
  Service service;
  constexpr int kRequests = 2'000;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    for (int i = 0; i < kRequests; ++i) service.http.start("GET", "/a").finish(i % 10 == 0 ? 500 : 200, 1ms);
  });
  for (const char* page : {"/metrics", "/slo"}) {
    threads.emplace_back([&service, page] {
      for (int i = 0; i < 50; ++i) EXPECT_EQ(get(service.endpoint.port(), page).status, 200);
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_THAT(get(service.endpoint.port(), "/slo").body,
              HasSubstr("{\"name\": \"availability\", \"objective\": 0.999, \"events\": 2000, \"bad_events\": 200,"));
}

#if !defined(__SANITIZE_THREAD__)  // which forbids threads in the child of a process that has some
TEST(EndpointLevels, AForkedChildMayMakeItsOwn) {
  Service service;
  ASSERT_EQ(get(service.endpoint.port(), "/slo").status, 200);
  const pid_t child = fork();
  if (child == 0) {
    const ServiceLevels levels{.availability = RatioLevel{.target = 0.999}};
    Registry registry;
    const HttpMetrics http{registry, {.levels = &levels}};
    const Endpoint endpoint{registry, {.port = 0, .levels = &levels}};
    _exit(get(endpoint.port(), "/slo").status == 200 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(get(service.endpoint.port(), "/slo").status, 200);
}
#endif

}  // namespace
}  // namespace vitals::testing
