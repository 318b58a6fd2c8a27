#include <barrier>
#include <deque>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "support/this_process.hpp"

namespace vitals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using vitals::testing::kSanitized;
using vitals::testing::resident_bytes;

std::string refusal(const std::string& route, HttpOptions options = {}) {
  try {
    Registry registry;
    HttpMetrics{registry, std::move(options)}.route(route);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

struct RoutesTest : ::testing::Test {
  std::string match(std::string_view path) { return std::string{http.match(path).pattern()}; }

  Registry registry;
  HttpMetrics http{registry,
                   {.routes = {"/", "/api/v1/clients", "/api/v1/clients/{id}", "/api/v1/clients/{id}/notes/{note}",
                               "/api/v1/clients/me", "/files/*", "/files/special/{name}"}}};
};

TEST_F(RoutesTest, FixedSegmentsWinOverHolesAndHolesOverTheRest) {
  EXPECT_EQ(match("/api/v1/clients"), "/api/v1/clients");
  EXPECT_EQ(match("/api/v1/clients/42"), "/api/v1/clients/{id}");
  EXPECT_EQ(match("/api/v1/clients/me"), "/api/v1/clients/me");
  EXPECT_EQ(match("/api/v1/clients/me/notes/1"), "/api/v1/clients/{id}/notes/{note}");
  EXPECT_EQ(match("/files/a/b/c"), "/files/*");
  EXPECT_EQ(match("/files/special/x"), "/files/special/{name}");
  EXPECT_EQ(match("/files/special/x/y"), "/files/*");
  EXPECT_EQ(match("/"), "/");
}

TEST_F(RoutesTest, UnknownPathsAreUnmatched) {
  for (const auto* path :
       {"/api", "/api/v1/client", "/api/v1/clients/1/2", "/API/v1/clients", "/wp-login.php", "/api/v1/clientsx"}) {
    EXPECT_EQ(match(path), "_unmatched") << path;
  }
}

TEST_F(RoutesTest, QueryRepeatedAndTrailingSlashesDontCount) {
  EXPECT_EQ(match("/api/v1/clients?page=/api"), "/api/v1/clients");
  EXPECT_EQ(match("/api/v1/clients/7#x/y"), "/api/v1/clients/{id}");
  EXPECT_EQ(match("//api///v1/clients/7//"), "/api/v1/clients/{id}");
  EXPECT_EQ(match(""), "/");
  EXPECT_EQ(match("?x"), "/");
}

TEST_F(RoutesTest, HolesMatchEncodedBytesAsTheyAre) {
  EXPECT_EQ(match("/api/v1/clients/%2e%2e%2fx"), "/api/v1/clients/{id}");
  EXPECT_EQ(match(std::string_view{"/api/v1/clients/\0\xff", 18}), "/api/v1/clients/{id}");
}

TEST_F(RoutesTest, NoPathIsExpensive) {
  Registry other;
  std::vector<std::string> routes;
  // Each level can go on by name and by hole: without a bound, 2^20 ways.
  for (int depth = 1; depth <= 20; ++depth) {
    std::string route;
    for (int i = 0; i < depth; ++i) route += i + 1 == depth ? "/{x}" : "/a";
    routes.push_back(route);
  }
  HttpMetrics tangled{other, {.routes = routes}};
  std::string path;
  for (int i = 0; i < 100'000; ++i) path += "/a";

  EXPECT_EQ(tangled.match(path), tangled.unmatched());
}

TEST_F(RoutesTest, RandomPathsMakeNoSeries) {
  std::mt19937 random{1};
  const auto text = to_text(registry);
  const auto lines = std::ranges::count(text, '\n');
  for (int i = 0; i < 100'000; ++i) {
    http.start("GET", "/" + std::to_string(random())).finish(404);
    http.start(std::to_string(random()), "/x").finish(404);
  }

  // One route, two methods, one status: two counters and two histograms.
  const auto after = to_text(registry);
  EXPECT_EQ(std::ranges::count(after, '\n') - lines,
            2 + 2 * (static_cast<long>(Buckets::latency().bounds().size()) + 1 + 2));
}

TEST_F(RoutesTest, WritesHolesOfOtherFrameworksAsItsOwn) {
  EXPECT_EQ(http.route("/a/:id/b/<int>").pattern(), "/a/{id}/b/{int}");
  EXPECT_EQ(http.route(R"(/c/(\d+)/([^/]+))").pattern(), "/c/{1}/{2}");
  EXPECT_EQ(http.route("/d/(.*)").pattern(), "/d/*");
  EXPECT_EQ(match("/a/1/b/2"), "/a/{id}/b/{int}");
  EXPECT_EQ(match("/c/1/x"), "/c/{1}/{2}");
}

TEST_F(RoutesTest, FindsRoutesByTemplate) {
  EXPECT_EQ(http.find("/api/v1/clients/{id}").pattern(), "/api/v1/clients/{id}");
  EXPECT_EQ(http.find("/api/v1/clients/:whatever").pattern(), "/api/v1/clients/{id}");
  EXPECT_EQ(http.find("/files/*").pattern(), "/files/*");
  EXPECT_EQ(http.find("/api/v1"), http.unmatched());
  EXPECT_EQ(http.route("/api/v1/clients/{id}"), http.find("/api/v1/clients/{id}"));
}

TEST_F(RoutesTest, RefusesMalformedRoutesByName) {
  EXPECT_THAT(refusal("clients"), AllOf(HasSubstr("\"clients\""), HasSubstr("start with '/'")));
  EXPECT_THAT(refusal(""), HasSubstr("start with '/'"));
  EXPECT_THAT(refusal("FETCH /a"), AllOf(HasSubstr("'FETCH' is no HTTP method"), HasSubstr("GET|POST /path")));
  EXPECT_THAT(refusal("GET| /a"), HasSubstr("'' is no HTTP method"));
  EXPECT_THAT(refusal("/a?b=c"), HasSubstr("no query"));
  EXPECT_THAT(refusal("/a b"), HasSubstr("no spaces"));
  EXPECT_THAT(refusal("GET  /a"), HasSubstr("start with '/'"));
  EXPECT_THAT(refusal("/a/*/b"), HasSubstr("put it last"));
  EXPECT_THAT(refusal("/a/v{id}"), HasSubstr("write it as {name}"));
  EXPECT_THAT(refusal("/a/{"), HasSubstr("write it as {name}"));
  EXPECT_THAT(refusal("/" + std::string(300, 'x')), HasSubstr("256 bytes"));
  EXPECT_THAT(refusal("/a\xff"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal("/a/{name}", {.routes = {"/a/{id}"}}),
              AllOf(HasSubstr("\"/a/{name}\""), HasSubstr("\"/a/{id}\"")));
}

TEST_F(RoutesTest, ListedRoutesExistFromTheStartAtZero) {
  Registry fresh;
  const HttpMetrics metrics{fresh, {.routes = {"/get", "POST /post", "GET|POST /both"}}};
  const std::string text = to_text(fresh);

  for (const auto* line :
       {"http_requests_total{method=\"GET\",endpoint=\"/get\",status=\"200\"} 0\n",
        "http_requests_total{method=\"GET\",endpoint=\"/get\",status=\"500\"} 0\n",
        "http_requests_total{method=\"POST\",endpoint=\"/post\",status=\"200\"} 0\n",
        "http_requests_total{method=\"POST\",endpoint=\"/both\",status=\"500\"} 0\n",
        "http_request_duration_seconds_count{method=\"GET\",endpoint=\"/both\"} 0\n", "http_requests_active 0\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("method=\"GET\",endpoint=\"/post\"")));
  EXPECT_THAT(text, Not(HasSubstr("method=\"POST\",endpoint=\"/get\"")));
}

TEST_F(RoutesTest, LearnsABoundedNumberOfRoutes) {
  Registry fresh;
  HttpMetrics metrics{fresh, {.routes = {"/listed"}, .max_routes = 2}};

  EXPECT_EQ(metrics.learn("/users/:id").pattern(), "/users/{id}");
  EXPECT_EQ(metrics.learn("/users/<id>").pattern(), "/users/{id}");
  EXPECT_EQ(metrics.learn("/" + std::string(256, 'x')).pattern(), "_overflow");
  EXPECT_EQ(metrics.learn("/users/:the id").pattern(), "/users/{id}") << "no label, but it matches one";
  EXPECT_EQ(metrics.learn("/a\nb").pattern(), "_overflow");
  EXPECT_EQ(metrics.learn("/a\xff").pattern(), "_overflow");
  EXPECT_EQ(metrics.learn("/b").pattern(), "/b");
  EXPECT_EQ(metrics.learn("/c").pattern(), "_overflow");
  EXPECT_EQ(metrics.learn("/listed").pattern(), "/listed");
  EXPECT_EQ(metrics.learn(".*"), metrics.unmatched());
  EXPECT_EQ(metrics.route("/d").pattern(), "/d");
  EXPECT_THAT(to_text(fresh), Not(HasSubstr("users")));
  EXPECT_THAT(to_text(fresh), HasSubstr("\nhttp_metrics_routes_dropped_total 4\n"));
}

// Its counters of the statuses 200 and 500, its histogram of 21 buckets, and how they are found.
TEST(RouteMemory, AFurtherMethodTakesAtMost1KiB) {
  struct Service {
    Registry registry;
    HttpMetrics http{registry};
  };
  std::deque<Service> services;  // which all live to the end, so that none uses another's memory again
  const auto bytes_of = [&services](const std::string& methods) {
    HttpMetrics& http = services.emplace_back().http;
    const auto list = [&](int from, int to) {
      for (int i = from; i < to; ++i) http.route(methods + " /api/v1/r" + std::to_string(i) + "/{id}");
    };
    list(1000, 1100);
    malloc_trim(0);  // what earlier tests have left would be used again
    const std::size_t before = resident_bytes();
    list(1100, 4100);
    return static_cast<double>(resident_bytes() - before) / 3000;
  };

  const double one = bytes_of("GET");
  const double three = bytes_of("GET|POST|PUT");

  if (!kSanitized) {
    EXPECT_LE((three - one) / 2, 1024);
  }
}

TEST(LearnedRoutes, BeyondTheLimitStayThereUntilTheyAreListed) {
  Registry registry;
  HttpMetrics metrics{registry, {.max_routes = 1}};
  EXPECT_EQ(metrics.learn("/known/:the id").pattern(), "_overflow");
  const RouteRef known = metrics.learn("/known/:id");
  EXPECT_EQ(metrics.learn("/known/:the id"), known);

  for (int round = 0; round < 2; ++round) EXPECT_EQ(metrics.learn("/users/:id").pattern(), "_overflow");
  EXPECT_EQ(metrics.route("/users/{user}").pattern(), "/users/{user}");
  EXPECT_EQ(metrics.learn("/users/:id").pattern(), "/users/{user}");
  EXPECT_EQ(metrics.learn("/known/:id"), known);
  EXPECT_THAT(to_text(registry), HasSubstr("\nhttp_metrics_routes_dropped_total 3\n"));
}

// More than are remembered, and one that is too long for it.
TEST(LearnedRoutes, CountAsWellWithoutBeingRemembered) {
  constexpr int kTexts = 10'000;
  Registry registry;
  HttpMetrics metrics{registry, {.routes = {"/listed/{id}"}, .max_routes = 5'000}};
  const auto text = [](int i) { return "/learned/" + std::to_string(i) + "/:" + std::string(i % 200, 'x'); };

  for (int i = 0; i < kTexts; ++i) static_cast<void>(metrics.learn(text(i)));
  for (int i = 0; i < kTexts; ++i) {
    const bool has_room = i < 5'000;
    ASSERT_EQ(metrics.learn(text(i)) != metrics.learn(text(kTexts)), has_room) << text(i);
  }
  EXPECT_EQ(metrics.learn("/listed/:" + std::string(300, 'x')).pattern(), "/listed/{id}");
}

TEST(LearnedRoutes, AreTheSameForThreadsThatLearnThemAtOnce) {
  constexpr int kThreads = 8;
  constexpr int kTexts = 500;
  Registry registry;
  HttpMetrics metrics{registry, {.max_routes = kTexts / 2}};
  std::barrier together{kThreads};
  std::vector<std::vector<RouteRef>> seen(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&] {
      together.arrive_and_wait();
      for (int i = 0; i < kTexts; ++i) mine.push_back(metrics.learn("/a/" + std::to_string(i)));
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& mine : seen) EXPECT_EQ(mine, seen.front());
}

TEST(LearnedRoutes, ChangeNothingForOtherPaths) {
  Registry registry;
  HttpMetrics metrics{registry, {.routes = {"/users/{id}"}}};

  for (const auto* learned : {"/*", "/{x}", "/{x}/{y}", "/about/.*", "/users/:name", "/users/*"}) {
    const RouteRef route = metrics.learn(learned);
    EXPECT_EQ(metrics.learn(learned), route) << learned;
    EXPECT_EQ(metrics.find(learned), route) << learned;
    EXPECT_EQ(metrics.match("/about"), metrics.unmatched()) << learned;
    EXPECT_EQ(metrics.match("/a/b"), metrics.unmatched()) << learned;
    EXPECT_EQ(metrics.match("/users/1").pattern(), "/users/{id}") << learned;
  }
  EXPECT_EQ(metrics.learn("/users/:name").pattern(), "/users/{id}");
  EXPECT_EQ(metrics.learn("/a/{other}").pattern(), "/a/{other}");

  EXPECT_EQ(metrics.route("/a/{id}").pattern(), "/a/{id}");
  EXPECT_EQ(metrics.match("/a/1").pattern(), "/a/{id}");
  EXPECT_EQ(metrics.learn("/a/{other}").pattern(), "/a/{id}");
}

}  // namespace
}  // namespace vitals
