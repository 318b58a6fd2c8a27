#include <atomic>
#include <barrier>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using vitals::testing::is_response_time;
using vitals::testing::sample;

struct HttpRequestTest : ::testing::Test {
  double count(const std::string& status, const std::string& method = "GET", const std::string& endpoint = "/a") {
    return sample(to_text(registry), "http_requests_total{method=\"" + method + "\",endpoint=\"" + endpoint +
                                         "\",status=\"" + status + "\"}");
  }
  double observed(const std::string& method = "GET", const std::string& endpoint = "/a") {
    return sample(to_text(registry),
                  "http_request_duration_seconds_count{method=\"" + method + "\",endpoint=\"" + endpoint + "\"}");
  }
  double active() { return sample(to_text(registry), "http_requests_active"); }

  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}}};
};

TEST_F(HttpRequestTest, FinishRecordsOnce) {
  HttpRequest request = http.start("GET", "/a");
  EXPECT_TRUE(request);
  EXPECT_EQ(active(), 1);

  request.finish(200);
  request.finish(500);
  request.fail();
  request.abandon();
  request.discard();

  EXPECT_FALSE(request);
  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("500"), 0);
  EXPECT_EQ(observed(), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, DestroyedWithoutAStatusCountsAs499) {
  { const HttpRequest request = http.start("GET", "/a"); }

  EXPECT_EQ(count("499"), 1);
  EXPECT_EQ(observed(), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, DestroyedWithAStatusCountsAsThat) {
  {
    HttpRequest request = http.start("GET", "/a");
    request.status(302);
  }
  EXPECT_EQ(count("302"), 1);
}

TEST_F(HttpRequestTest, DestroyedByAnExceptionCountsAs500) {
  try {
    const HttpRequest request = http.start("GET", "/a");
    throw std::runtime_error("handler");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(count("500"), 1);
}

TEST_F(HttpRequestTest, MadeAndDestroyedDuringUnwindingCountsAs499) {
  struct Unwound {
    ~Unwound() { const HttpRequest request = http.start("GET", "/a"); }
    HttpMetrics& http;
  };
  try {
    const Unwound unwound{http};
    throw std::runtime_error("elsewhere");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(count("499"), 1);
  EXPECT_EQ(count("500"), 0);
}

TEST_F(HttpRequestTest, MovedFromRecordsNothing) {
  HttpRequest first = http.start("GET", "/a");
  HttpRequest second = std::move(first);
  first.finish(500);  // NOLINT(bugprone-use-after-move): does nothing
  EXPECT_EQ(active(), 1);
  second.finish(200);

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("500"), 0);
}

TEST_F(HttpRequestTest, AssignmentEndsWhatWasThere) {
  HttpRequest request = http.start("GET", "/a");
  request = http.start("GET", "/a");
  EXPECT_EQ(count("499"), 1);
  EXPECT_EQ(active(), 1);

  request = HttpRequest{};
  EXPECT_EQ(count("499"), 2);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, FirstStatusWins) {
  HttpRequest request = http.start("GET", "/a");
  request.status(404);
  request.status(200);
  request.finish(500);

  EXPECT_EQ(count("404"), 1);
}

TEST_F(HttpRequestTest, LateRouteCounts) {
  HttpRequest request = http.start("GET", http.unmatched());
  request.route(http.route("/a"));
  request.finish(200);
  request.route(http.unmatched());

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, StatusesAreBounded) {
  for (int status = -5; status <= 9'999; ++status) http.start("GET", "/a").finish(status);

  EXPECT_EQ(observed(), 10'004);  // but for 101
  EXPECT_EQ(count("100"), 1);
  EXPECT_EQ(count("101"), 1);
  EXPECT_EQ(count("299"), 1);
  EXPECT_EQ(count("599"), 1);
  EXPECT_EQ(count("99"), -1);
  EXPECT_EQ(count("600"), -1);
  EXPECT_EQ(count("_OTHER"), 10'005 - 500);
}

TEST_F(HttpRequestTest, UnknownMethodsAreOther) {
  http.start("get", "/a").finish(200);
  http.start("", "/a").finish(200);
  http.start("PROPFIND", "/a").finish(200);
  http.start("PATCH", "/a").finish(200);

  EXPECT_EQ(count("200", "_OTHER"), 3);
  EXPECT_EQ(count("200", "PATCH"), 1);
}

TEST_F(HttpRequestTest, UpgradesAreCountedWithoutADuration) {
  http.start("GET", "/a").finish(101);
  http.start("CONNECT", "/a").finish(200);

  EXPECT_EQ(count("101"), 1);
  EXPECT_EQ(count("200", "CONNECT"), 1);
  EXPECT_EQ(observed(), 0);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, TakesADurationMeasuredElsewhere) {
  http.start("GET", "/a").finish(200, 150ms);

  const std::string text = to_text(registry);
  const std::string bucket = "http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"/a\",le=\"";
  EXPECT_EQ(sample(text, bucket + "0.1\"}"), 0);
  EXPECT_EQ(sample(text, bucket + "0.15\"}"), 1);
  EXPECT_EQ(sample(text, "http_request_duration_seconds_sum{method=\"GET\",endpoint=\"/a\"}"), 0.15);
}

TEST_F(HttpRequestTest, EveryResponseTimeTargetIsABound) {
  const std::string text = to_text(registry);
  for (const auto* bound : {"0.05", "0.1", "0.15", "0.2", "0.3", "0.5", "1"}) {
    EXPECT_EQ(sample(text, std::string{"http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"/a\",le=\""} +
                               bound + "\"}"),
              0)
        << bound;
  }
}

TEST_F(HttpRequestTest, ElapsedIsWrittenInMillisecondsWithThreeDecimals) {
  HttpRequest request = http.start("GET", "/a");
  const std::string early = request.elapsed_ms();
  std::this_thread::sleep_for(12ms);
  const std::string late = request.elapsed_ms();
  request.finish();

  EXPECT_TRUE(is_response_time(early)) << early;
  EXPECT_TRUE(is_response_time(late)) << late;
  EXPECT_GE(std::stod(late), std::stod(early) + 12);
  EXPECT_LE(std::stod(late) / 1000,
            sample(to_text(registry), "http_request_duration_seconds_sum{method=\"GET\",endpoint=\"/a\"}"));
}

TEST_F(HttpRequestTest, DiscardCountsNowhere) {
  http.start("GET", "/a").discard();

  EXPECT_EQ(count("200"), 0);
  EXPECT_EQ(observed(), 0);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, FinishesOnAnotherThread) {
  HttpRequest request = http.start("GET", "/a");
  std::thread{[moved = std::move(request)]() mutable { moved.finish(201); }}.join();

  EXPECT_EQ(count("201"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, MeasurePassesResultsAndExceptionsOn) {
  const RouteRef route = http.route("/a");

  EXPECT_EQ(measure(http, "GET", route, [] { return 204; }), 204);
  EXPECT_EQ(measure(http, "GET", route, [] { return std::string{"body"}; }), "body");
  EXPECT_EQ(*measure(http, "GET", route, [] { return std::make_unique<int>(7); }), 7);
  measure(http, "GET", route, [](HttpRequest& request) { request.status(418); });
  std::string kept = "kept";
  EXPECT_EQ(&measure(http, "GET", route, [&]() -> std::string& { return kept; }), &kept);
  EXPECT_THROW(measure(http, "GET", route, []() -> int { throw std::runtime_error("handler"); }), std::runtime_error);

  EXPECT_EQ(count("204"), 1);
  EXPECT_EQ(count("200"), 3);
  EXPECT_EQ(count("418"), 1);
  EXPECT_EQ(count("500"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, GuardPassesResultsOnAndExceptionsRecorded) {
  HttpRequest good = http.start("GET", "/a");
  HttpRequest bad = http.start("GET", "/a");
  HttpRequest taken = http.start("GET", "/a");
  int kept = 7;

  EXPECT_EQ(&good.guard([&]() -> int& { return kept; }), &kept);
  EXPECT_EQ(count("500"), 0);
  EXPECT_THROW(bad.guard([] { throw std::runtime_error("handler"); }), std::runtime_error);
  EXPECT_THROW(taken.guard([&] {
    HttpRequest{std::move(taken)}.finish(204);
    throw std::runtime_error("after the answer");
  }),
               std::runtime_error);

  EXPECT_TRUE(good);
  EXPECT_EQ(count("500"), 1);
  EXPECT_EQ(count("204"), 1);
}

TEST_F(HttpRequestTest, ReadsTheSizeOfAnAnswerFromItsHeader) {
  HttpMetrics sized{registry, {.routes = {"/a"}, .sizes = true}};
  const auto bytes = [this] {
    return sample(to_text(registry), "http_response_size_bytes_sum{method=\"GET\",endpoint=\"/a\"}");
  };

  for (const char* length : {"", "17", "-1", "x", "3x", "99999999999999999999"}) {
    HttpRequest request = sized.start("GET", "/a");
    request.bytes_out(std::string_view{length});
    request.finish();
  }

  EXPECT_EQ(bytes(), 17);
}

TEST_F(HttpRequestTest, AbortIsAnErrorWhereTheClientIsStillThere) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);

  EXPECT_EQ(detail::abort_of(ends[0]), HttpAbort::Error);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(detail::abort_of(ends[0]), HttpAbort::Error);
  char byte = 0;
  ASSERT_EQ(::read(ends[0], &byte, 1), 1) << "it must only be looked at";
  ::close(ends[1]);
  EXPECT_EQ(detail::abort_of(ends[0]), HttpAbort::ClientGone);
  ::close(ends[0]);
}

TEST_F(HttpRequestTest, SeveralMetricsOfOneRegistryCountTogether) {
  {
    HttpMetrics other{registry};
    HttpRequest mine = http.start("GET", "/a");
    HttpRequest theirs = other.start("GET", "/b");
    EXPECT_EQ(active(), 2);
    theirs.finish();
  }
  EXPECT_EQ(count("200", "GET", "_unmatched"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, EightThreadsMayDeclareTheSameAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    Registry shared;
    std::barrier together{kThreads};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        together.arrive_and_wait();
        HttpMetrics mine{shared, {.routes = {"/a", "POST /a", "/b/{id}"}}};
        mine.start("GET", "/a").finish();
        mine.start("GET", mine.learn("/learned/{1}")).finish();
        together.arrive_and_wait();  // some of them end while others read
        EXPECT_EQ(sample(to_text(shared), R"(http_requests_total{method="GET",endpoint="/a",status="200"})"), kThreads);
      });
    }
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(sample(to_text(shared), R"(http_requests_total{method="GET",endpoint="/learned/{1}",status="200"})"),
              kThreads);
    EXPECT_EQ(sample(to_text(shared), "http_requests_active"), -1) << "nobody is there to count them";
  }
}

TEST_F(HttpRequestTest, EightThreadsLoseNothingWhileScraped) {
  constexpr int kThreads = 8;
  constexpr int kRequests = 4'000;
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRequests; ++i) {
        HttpRequest request = http.start(i % 2 == 0 ? "GET" : "POST", i % 5 == 0 ? "/nowhere" : "/a");
        request.finish(i % 7 == 0 ? 503 : 200 + t);
      }
      --running;
    });
  }
  while (running > 0) EXPECT_GE(active(), 0);
  for (auto& thread : threads) thread.join();

  double counted = 0;
  double timed = 0;
  for (const auto& family : registry.snapshot()) {
    for (const auto& metric : family.metrics) {
      if (family.name == "http_requests_total") counted += metric.value;
      if (family.name == "http_request_duration_seconds") timed += static_cast<double>(metric.count);
    }
  }
  EXPECT_EQ(counted, kThreads * kRequests);
  EXPECT_EQ(timed, kThreads * kRequests);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpRequestTest, RoutesMayBeAddedWhileOthersMatch) {
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    while (!done) {
      http.start("GET", "/r/7/x").finish();
      http.start("GET", http.learn("/r/9/x")).finish();
    }
  }};
  for (int i = 0; i < 200; ++i) (void)http.route("/r/" + std::to_string(i) + "/x");
  done = true;
  reader.join();

  EXPECT_EQ(http.match("/r/7/x").pattern(), "/r/7/x");
  EXPECT_EQ(http.learn("/r/9/x"), http.match("/r/9/x")) << "as it is listed";
  EXPECT_EQ(active(), 0);
}

}  // namespace
}  // namespace vitals
