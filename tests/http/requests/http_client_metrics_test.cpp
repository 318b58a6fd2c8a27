#include <barrier>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using vitals::testing::sample;

constexpr const char* kUser = "https://api.example.com/v1/users/42";

struct HttpClientMetricsTest : ::testing::Test {
  static std::string series(const std::string& part, const std::string& method, const std::string& host,
                            const std::string& endpoint, const std::string& status) {
    return "http_client_request_duration_seconds_" + part + "{method=\"" + method + "\",host=\"" + host +
           "\",endpoint=\"" + endpoint + "\",status=\"" + status + "\"}";
  }
  double count(const std::string& status, const std::string& host = "api.example.com",
               const std::string& endpoint = "/v1/users/{id}", const std::string& method = "GET") {
    return sample(to_text(registry), series("count", method, host, endpoint, status));
  }
  double active() { return sample(to_text(registry), "http_client_requests_active"); }
  // All calls, and the number of series that they have.
  std::pair<double, int> all() {
    std::pair<double, int> sum;
    const std::string text = to_text(registry);
    for (std::size_t at = 0; (at = text.find("\nhttp_client_request_duration_seconds_count{", at)) != text.npos; ++at) {
      sum.first += std::stod(text.substr(text.find("} ", at) + 2));
      ++sum.second;
    }
    return sum;
  }

  Registry registry;
  HttpClientMetrics client{registry, {.hosts = {"api.example.com"}, .routes = {"/v1/users/{id}", "/"}, .max_hosts = 3}};
};

static_assert(!std::is_copy_constructible_v<HttpClientRequest> && !std::is_copy_assignable_v<HttpClientRequest>);
static_assert(std::is_nothrow_move_constructible_v<HttpClientRequest>);
static_assert(noexcept(std::declval<HttpClientMetrics&>().start("", "")));

TEST_F(HttpClientMetricsTest, FinishRecordsOnce) {
  HttpClientRequest request = client.start("GET", kUser);
  EXPECT_TRUE(request);
  EXPECT_EQ(active(), 1);

  request.finish(200);
  request.finish(500);
  request.fail();
  request.discard();
  request.target("POST", "http://elsewhere/");

  EXPECT_FALSE(request);
  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(all(), (std::pair{1.0, 1}));
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, WithoutAnAnswerItFailed) {
  client.start("GET", kUser).fail();
  { const HttpClientRequest destroyed = client.start("GET", kUser); }
  try {
    const HttpClientRequest request = client.start("GET", kUser);
    throw std::runtime_error("connection refused");
  } catch (const std::runtime_error&) {
  }

  EXPECT_EQ(count("_failed"), 3);
  EXPECT_EQ(all(), (std::pair{3.0, 1}));
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, DiscardedCountsNowhere) {
  HttpClientRequest request = client.start("GET", kUser);
  request.discard();

  EXPECT_EQ(all(), (std::pair{0.0, 0}));
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, MovedFromRecordsNothing) {
  HttpClientRequest first = client.start("GET", kUser);
  HttpClientRequest second = std::move(first);
  first.finish(500);  // NOLINT(bugprone-use-after-move): does nothing
  EXPECT_EQ(active(), 1);
  second.finish(200);
  { const HttpClientRequest none = std::move(second); }

  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(all().first, 1);
}

TEST_F(HttpClientMetricsTest, AssignmentFailsWhatWasThere) {
  HttpClientRequest request = client.start("GET", kUser);
  request = client.start("GET", kUser);
  EXPECT_EQ(count("_failed"), 1);
  EXPECT_EQ(active(), 1);

  auto& self = request;
  request = std::move(self);
  EXPECT_TRUE(request);
  request = HttpClientRequest{};
  EXPECT_EQ(count("_failed"), 2);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, RecordsTheDuration) {
  client.start("GET", kUser).finish(200, 1500ms);
  client.start("GET", kUser).fail(250ms);
  HttpClientRequest request = client.start("GET", kUser);
  std::this_thread::sleep_for(20ms);
  request.finish(404);

  const auto sum = [this](const std::string& status) {
    return sample(to_text(registry), series("sum", "GET", "api.example.com", "/v1/users/{id}", status));
  };
  EXPECT_DOUBLE_EQ(sum("200"), 1.5);
  EXPECT_DOUBLE_EQ(sum("_failed"), 0.25);
  EXPECT_GE(sum("404"), 0.02);
}

TEST_F(HttpClientMetricsTest, StatusesAndMethodsAreBounded) {
  for (int status = -5; status <= 9'999; ++status) client.start("GET", kUser).finish(status);
  EXPECT_EQ(all(), (std::pair{10'005.0, 501}));
  EXPECT_EQ(count("100"), 1);
  EXPECT_EQ(count("599"), 1);
  EXPECT_EQ(count("_OTHER"), 10'005 - 500);

  client.start("get", kUser).finish(200);
  client.start("", kUser).finish(200);
  client.start(std::string(1'000, 'X'), kUser).finish(200);
  EXPECT_EQ(count("200", "api.example.com", "/v1/users/{id}", "_OTHER"), 3);
}

TEST_F(HttpClientMetricsTest, EndpointsAreTemplates) {
  client.start("GET", "https://api.example.com").finish(200);
  client.start("GET", "https://api.example.com?q=/v1/users/1").finish(200);
  client.start("GET", "https://api.example.com/v1/users/1/?a=b").finish(200);
  client.start("GET", "https://api.example.com/v1/users").finish(200);
  client.start("GET", "https://api.example.com/v1/users/{id}/x").finish(200);

  EXPECT_EQ(count("200", "api.example.com", "/"), 2);
  EXPECT_EQ(count("200"), 1);
  EXPECT_EQ(count("200", "api.example.com", "_unmatched"), 2);
}

TEST_F(HttpClientMetricsTest, HostsAreBounded) {
  for (int i = 0; i < 1'000; ++i)
    client.start("GET", "http://tenant" + std::to_string(i) + ".example.com/v1/users/1").finish(200);
  client.start("GET", "HTTPS://API.EXAMPLE.COM:8443/v1/users/1").finish(200);
  client.start("GET", "https://user:secret@api.example.com/v1/users/1").finish(200);

  EXPECT_EQ(count("200", "tenant0.example.com"), 1);
  EXPECT_EQ(count("200", "tenant2.example.com"), 1);
  EXPECT_EQ(count("200", "_OTHER"), 997);
  EXPECT_EQ(count("200"), 2);
  EXPECT_EQ(all().second, 5);
  EXPECT_EQ(to_text(registry).find("secret"), std::string::npos);
}

TEST_F(HttpClientMetricsTest, HostAndPathMayStandApart) {
  client.start("POST", "api.example.com:443", "/v1/users/1").finish(201);
  client.start("POST", "[::1]:8080", "/v1/users/1").finish(201);
  client.start("POST", "::1", "/v1/users/1").finish(201);
  client.start("POST", "api.example.com", "").finish(201);

  EXPECT_EQ(count("201", "api.example.com", "/v1/users/{id}", "POST"), 1);
  EXPECT_EQ(count("201", "[::1]", "/v1/users/{id}", "POST"), 1);
  EXPECT_EQ(count("201", "_OTHER", "/v1/users/{id}", "POST"), 1);
  EXPECT_EQ(all().first, 4);
}

TEST_F(HttpClientMetricsTest, TargetMayComeLater) {
  HttpClientRequest request = client.start();
  request.target("GET", "http://elsewhere/");
  request.target("PUT", kUser);
  request.finish(204);
  client.start().finish(200);

  EXPECT_EQ(count("204", "api.example.com", "/v1/users/{id}", "PUT"), 1);
  EXPECT_EQ(count("200", "_OTHER", "_unmatched", "_OTHER"), 1);
  EXPECT_EQ(all(), (std::pair{2.0, 2}));
}

TEST_F(HttpClientMetricsTest, UrlsOfAnyBytesAreBounded) {
  std::mt19937 random{17};
  const std::string_view pieces[] = {"http", ":",    "//", "/",  "?",    "#",         "@",
                                     "[",    "]",    "%",  "\\", ":80",  "a.example", "v1/users/",
                                     "\xFF", "{id}", "*",  "..", "\r\n", "\"",        " "};
  const auto any_of = [&](auto& from) { return from[random() % std::size(from)]; };
  constexpr int kCalls = 20'000;
  for (int i = 0; i < kCalls; ++i) {
    std::string url = i % 2 == 0 ? "http://" : "";
    for (auto n = random() % 12; n > 0; --n) url += any_of(pieces);
    for (auto n = random() % 4; n > 0; --n) url += static_cast<char>(random());
    client.start(url, url).finish(static_cast<int>(random() % 2) * 200);
    client.start("GET", url, url).fail();
  }
  for (const std::size_t size : {1UL << 16, 1UL << 20}) {
    for (const char c : {'/', ':', '@', '[', 'a', '\0', '\xFF'})
      client.start("GET", "http://" + std::string(size, c)).fail();
  }

  const auto [calls, series] = all();
  EXPECT_EQ(calls, 2 * kCalls + 14);
  // Hosts: listed, 3 learned, _OTHER; endpoints: 2 and _unmatched; methods: GET, _OTHER; statuses: 200, _OTHER,
  // _failed.
  EXPECT_LE(series, 5 * 3 * 2 * 3);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, SeveralOfOneScopeCountIntoTheSame) {
  HttpClientMetrics other{registry, {.hosts = {"api.example.com"}, .routes = {"/v1/users/{id}"}}};
  const HttpClientRequest request = client.start("GET", kUser);
  client.start("GET", kUser).finish(200);
  other.start("GET", kUser).finish(200);

  EXPECT_EQ(count("200"), 2);
  EXPECT_EQ(active(), 1);
}

TEST_F(HttpClientMetricsTest, StandsBesideHttpMetrics) {
  HttpMetrics http{registry, {.routes = {"/v1/users/{id}"}}};
  const HttpRequest served = http.start("GET", "/v1/users/1");
  client.start("GET", kUser).finish(200);

  EXPECT_EQ(sample(to_text(registry), "http_requests_active"), 1);
  EXPECT_EQ(active(), 0);
}

TEST_F(HttpClientMetricsTest, BucketsMayBeCloseTogether) {
  Registry another;
  HttpClientMetrics calls{another, {.duration_buckets = {1.0, 1.000'000'001, 2.0}}};
  calls.start("GET", "http://a/").finish(200, 1s);
  calls.start("GET", "http://a/").finish(200, 1'000'000'002ns);

  const std::string text = to_text(another);
  EXPECT_NE(text.find("le=\"1\"} 1\n"), std::string::npos) << text;
  EXPECT_NE(text.find("le=\"2\"} 2\n"), std::string::npos) << text;
}

TEST(HttpClientMetrics, RefusesWhatIsMalformed) {
  Registry registry;
  const auto message = [&registry](const HttpClientOptions& options) -> std::string {
    try {
      const HttpClientMetrics client{registry, options};
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_EQ(message({.routes = {"GET /a"}}),
            "vitals::HttpClientMetrics: route \"GET /a\": the template of a path starts with '/', and is of any method "
            "and host; write \"/v1/users/{id}\"");
  EXPECT_EQ(
      message({.routes = {"/a/{b}", "/a/{c}"}}),
      "vitals::HttpClientMetrics: route \"/a/{c}\": it matches the same paths as \"/a/{b}\", which is listed too; "
      "list one of them");
  EXPECT_EQ(message({.routes = {"/a?b"}}),
            "vitals::HttpClientMetrics: route \"/a?b\": a route has no query; leave out '?' and '#'");
  EXPECT_NE(message({.hosts = {"http://a"}}), "");
  EXPECT_EQ(message({.hosts = {"a", "a"}, .routes = {"/a/{b}", "/a/{b}/"}}), "");
}

TEST(HttpClientMetrics, ManyThreadsCountEveryCallOnce) {
  constexpr int kThreads = 4;
  constexpr int kCalls = 2'000;
  Registry registry;
  HttpClientMetrics client{registry, {.routes = {"/a/{id}"}, .max_hosts = 8}};
  std::barrier start{kThreads + 1};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < kCalls; ++i) {
        const std::string host = "host" + std::to_string(i % 16);
        HttpClientRequest request = client.start(i % 3 == 0 ? "GET" : "POST", host, "/a/1");
        if (i % 5 == t) continue;  // fails
        request.finish(200 + i % 7);
      }
    });
  }
  start.arrive_and_wait();
  for (int i = 0; i < 20; ++i) EXPECT_GE(sample(to_text(registry), "http_client_requests_active"), 0);
  for (auto& thread : threads) thread.join();

  double calls = 0;
  const std::string text = to_text(registry);
  for (std::size_t at = 0; (at = text.find("\nhttp_client_request_duration_seconds_count{", at)) != text.npos; ++at)
    calls += std::stod(text.substr(text.find("} ", at) + 2));
  EXPECT_EQ(calls, kThreads * kCalls);
  EXPECT_EQ(sample(text, "http_client_requests_active"), 0);
}

}  // namespace
}  // namespace vitals
