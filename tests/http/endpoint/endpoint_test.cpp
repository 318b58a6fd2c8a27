#include <barrier>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(Endpoint, ServesItsPages) {
  Registry registry;
  registry.counter("a_total", "A.").inc(3);
  const Endpoint endpoint{registry, {.address = "127.0.0.1", .port = 0}};

  const Answer metrics = get(endpoint.port(), "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(metrics.header("Cache-Control"), "no-store");
  EXPECT_EQ(metrics.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(metrics.header("Server"), "(none)");
  EXPECT_EQ(sample(metrics.body, "a_total"), 3);

  const Answer page = get(endpoint.port(), "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'; script-src 'self'"));

  const Endpoint plain{registry, {.port = 0, .live_page = false}};
  EXPECT_EQ(get(plain.port(), "/data").status, 404);
  const Answer index = get(plain.port(), "/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(index.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(index.body,
              AllOf(HasSubstr("href=\"/metrics\""), HasSubstr("href=\"/-/healthy\""), HasSubstr("href=\"/-/ready\"")));
}

TEST(Endpoint, ServesTheFamiliesThatAreAskedFor) {
  Registry registry;
  registry.counter("a_total", "A.").inc();
  registry.gauge("b", "B.").set(2);
  registry.gauge("c", "C.").set(3);
  Endpoint endpoint{registry, {.port = 0}};
  std::string many = "/metrics?x";
  for (int i = 0; i < 129; ++i) many += "&name[]=b";

  EXPECT_EQ(get(endpoint.port(), "/metrics?name[]=a_total&name%5B%5D=b").body,
            "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n# HELP b B.\n# TYPE b gauge\nb 2\n");
  const Answer none = get(endpoint.port(), "/metrics?name[]=unknown");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.body, "");
  EXPECT_THAT(get(endpoint.port(), "/metrics?debug=%zz").body, HasSubstr("\nc 3\n"));
  const Answer refused = get(endpoint.port(), many);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(refused.body, "name[]: more than 128 names; ask for some of them at a time\n");
}

TEST(Endpoint, AFaultyQueryDoesNotEndTheConnection) {
  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection client{endpoint.port()};

  client.send("GET /metrics?name[]=% HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);

  client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST(Endpoint, ReadyCanBeToggled) {
  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 200);

  endpoint.set_ready(false);
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 503);
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);

  endpoint.set_ready(true);
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 200);
}

TEST(Endpoint, ReportsOnItself) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};
  (void)get(endpoint.port(), "/metrics");
  const Answer answer = get(endpoint.port(), "/metrics");

  EXPECT_EQ(sample(answer.body, "vitals_scrapes_total{result=\"ok\"}"), 1);
  EXPECT_EQ(sample(answer.body, "vitals_scrapes_total{result=\"refused\"}"), 0);
  EXPECT_EQ(sample(answer.body, "vitals_scrape_duration_seconds_count"), 1);
  EXPECT_EQ(sample(answer.body, "vitals_connections_dropped_total{reason=\"evicted\"}"), 0);
  EXPECT_GE(sample(answer.body, "vitals_invalid_updates_total"), 0);
}

TEST(Endpoint, SeveralMayServeOneRegistry) {
  Registry registry;
  const Endpoint first{registry, {.port = 0}};
  const Endpoint second{registry, {.port = 0}};

  EXPECT_NE(first.port(), second.port());
  EXPECT_EQ(get(first.port(), "/metrics").status, 200);
  EXPECT_EQ(get(second.port(), "/metrics").status, 200);
}

TEST(Endpoint, SeveralMayBeMadeAtOnce) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 10; ++round) {
    Registry registry;
    std::barrier together{kThreads};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        together.arrive_and_wait();
        const Endpoint endpoint{registry, {.port = 0}};
        EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(sample(to_text(registry), "vitals_scrapes_total{result=\"ok\"}"), kThreads);
  }
}

}  // namespace
}  // namespace vitals::testing
