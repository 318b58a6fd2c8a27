#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::sample;

std::string refusal(const Registry& registry, const HttpOptions& options) {
  try {
    const HttpMetrics metrics{registry, options};
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

TEST(HttpOptions, ExcludedPathsAreNotCounted) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .exclude = {"/metrics", "/internal/*"}}};

  EXPECT_FALSE(http.start("GET", "/metrics?name[]=a"));
  EXPECT_FALSE(http.start("GET", "/internal/x/y"));
  HttpRequest late = http.start("GET", http.unmatched());
  late.route(http.match("/internal/x"));
  late.finish(200);
  http.start("GET", "/metrics/more").finish(404);

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="_unmatched",status="404"})"), 1);
  EXPECT_THAT(text, Not(HasSubstr("internal")));
  EXPECT_EQ(sample(text, "http_requests_active"), 0);
}

TEST(HttpOptions, AnExcludedPathThatIsListedIsCounted) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/metrics"}}};

  http.start("GET", "/metrics").finish(200);

  EXPECT_EQ(sample(to_text(registry), R"(http_requests_total{method="GET",endpoint="/metrics",status="200"})"), 1);
}

TEST(HttpOptions, UnmatchedRequestsCanBeLeftOut) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .count_unmatched = false}};

  http.start("GET", "/b").finish(404);
  HttpRequest late = http.start("GET", "/b");
  late.route(http.find("/a"));
  late.finish(200);

  EXPECT_THAT(to_text(registry), Not(HasSubstr("_unmatched")));
  EXPECT_EQ(sample(to_text(registry), R"(http_requests_total{method="GET",endpoint="/a",status="200"})"), 1);
}

TEST(HttpOptions, LearnsPathsThatWereAnswered) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/listed/{name}"}, .max_routes = 2, .learn_paths = true}};
  const auto count = [&](std::string_view endpoint) {
    double sum = 0;
    for (const auto* status : {"200", "404"}) {
      sum += std::max(0.0, sample(to_text(registry), R"(http_requests_total{method="GET",endpoint=")" +
                                                         std::string{endpoint} + "\",status=\"" + status + "\"}"));
    }
    return sum;
  };

  for (int i = 0; i < 100; ++i) {
    http.start("GET", "/users/" + std::to_string(i)).finish(200);
    http.start("GET", "/scan/" + std::to_string(i) + ".php").finish(404);
    http.start("GET", "/listed/" + std::to_string(i)).finish(200);
  }
  http.start("GET", "/b").finish(200);
  http.start("GET", "/c").finish(200);  // no room
  http.start("GET", "/users/7").finish(404);
  HttpRequest late = http.start("GET", "/d");
  late.route(http.find("/listed/{name}"));
  late.finish(200);

  EXPECT_EQ(count("/users/{id}"), 101);
  EXPECT_EQ(count("/listed/{name}"), 101);
  EXPECT_EQ(count("/b"), 1);
  EXPECT_EQ(count("_unmatched"), 101);
  EXPECT_EQ(http.match("/users/1").pattern(), "/users/{id}");
  EXPECT_EQ(sample(to_text(registry), "http_metrics_routes_dropped_total"), 1);  // that of "/c"
}

TEST(HttpOptions, StatusesInGroups) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .group_status = true}};

  for (const int status : {200, 204, 404, 999}) http.start("GET", "/a").finish(status);

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="2xx"})"), 2);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="4xx"})"), 1);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="5xx"})"), 0);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="_OTHER"})"), 1);
}

TEST(HttpOptions, AllStatusesHaveTheirOwnSeries) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}}};

  for (int status = 100; status < 600; ++status) http.start("GET", "/a").finish(status);

  const std::string text = to_text(registry);
  for (int status = 100; status < 600; ++status) {
    const std::string name =
        R"(http_requests_total{method="GET",endpoint="/a",status=")" + std::to_string(status) + "\"}";
    EXPECT_EQ(sample(text, name), 1) << status;
  }
}

// The bounds are exact in nanoseconds, above and below.
TEST(HttpOptions, DurationsOnBoundsGoToTheLowerBucket) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .duration_buckets = {0.0005, 0.15, 0.3, 10}}};
  const auto bucket = [&](std::string_view le) {
    return sample(to_text(registry),
                  R"(http_request_duration_seconds_bucket{method="GET",endpoint="/a",le=")" + std::string{le} + "\"}");
  };

  for (const auto took : {500'000ns, 500'001ns, 150'000'000ns, 150'000'001ns, 300'000'000ns, 10'000'000'000ns,
                          10'000'000'001ns, 31'536'000'000'000'000ns, 0ns, -5ns})
    http.start("GET", "/a").finish(200, took);

  EXPECT_EQ(bucket("0.0005"), 3);
  EXPECT_EQ(bucket("0.15"), 5);
  EXPECT_EQ(bucket("0.3"), 7);
  EXPECT_EQ(bucket("10"), 8);
  EXPECT_EQ(bucket("+Inf"), 10);
}

// Whatever the layout, and also where two bounds are so close that durations are not found by nanoseconds.
TEST(HttpOptions, DurationsAreInTheBucketsOfAHistogram) {
  for (const Buckets& buckets :
       {Buckets::latency(), Buckets{0.1, 0.1000001, 0.2}, Buckets{-1, 0, 1e-9, 5e-8, 1e-6, 2.5, 1e7, 1e300},
        Buckets{1e-7}, Buckets{4e-7, 1}, Buckets{-1e10, 1, 65075064.394633956, 2806048138.539659},
        Buckets::exponential(1e-6, 1.05, 500), Buckets::linear(0.01, 0.01, 100)}) {
    Registry registry;
    HttpMetrics http{registry, {.routes = {"/a"}, .duration_buckets = buckets}};
    auto& same = registry.histogram("same", "The same.", buckets);

    for (double nanos = 0; nanos < 4e18; nanos = nanos < 600 ? nanos + 1 : nanos * 1.07) {
      const std::chrono::nanoseconds took{static_cast<std::int64_t>(nanos)};
      http.start("GET", "/a").finish(200, took);
      same.observe(took);
    }

    const auto& timed =
        registry
            .histogram("http_request_duration_seconds", "Time from an HTTP request's header to the end of its answer.",
                       {"method", "endpoint"}, buckets, {.unit = "seconds"})
            .with("GET", "/a");
    EXPECT_THAT(timed.snapshot().counts(), ::testing::ElementsAreArray(same.snapshot().counts()));
    EXPECT_DOUBLE_EQ(timed.snapshot().sum(), same.snapshot().sum());
  }
}

TEST(HttpOptions, HighResolutionPercentilesAreThoseOfTheDurations) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}}};

  for (int i = 1; i <= 1000; ++i) http.start("GET", i % 2 ? "/a" : "/b").finish(200, i * 100us);

  const auto& all = registry.histogram("http_request_duration_highr_seconds",
                                       "Time from an HTTP request's header to the end of its answer, of all routes.",
                                       Buckets::fine_latency(), {.unit = "seconds"});
  EXPECT_EQ(all.snapshot().count(), 1000);
  EXPECT_NEAR(all.snapshot().quantile(0.5), 0.050, 0.050 * 0.03);
  EXPECT_NEAR(all.snapshot().quantile(0.95), 0.095, 0.095 * 0.03);
  EXPECT_EQ(all.snapshot().bounds().back(), 10.3);
}

TEST(HttpOptions, TimeToFirstByteAndSizes) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .time_to_first_byte = true, .sizes = true}};

  HttpRequest request = http.start("GET", "/a");
  request.bytes_in(100);
  request.bytes_in(28);
  request.first_byte();
  request.bytes_out(5000);
  request.finish(200);

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_time_to_first_byte_seconds_count{method="GET",endpoint="/a"})"), 1);
  EXPECT_EQ(sample(text, R"(http_request_size_bytes_sum{method="GET",endpoint="/a"})"), 128);
  EXPECT_EQ(sample(text, R"(http_response_size_bytes_sum{method="GET",endpoint="/a"})"), 5000);
  EXPECT_LE(sample(text, R"(http_time_to_first_byte_seconds_sum{method="GET",endpoint="/a"})"),
            sample(text, R"(http_request_duration_seconds_sum{method="GET",endpoint="/a"})"));
}

TEST(HttpOptions, RoutesWithDurationsOfTheirOwn) {
  Registry registry;
  HttpMetrics http{registry};
  http.route("/events", {.duration = HttpDuration::FirstByte, .duration_buckets = Buckets{5, 50}});
  http.route("/socket", {.duration = HttpDuration::None});

  HttpRequest stream = http.start("GET", "/events");
  stream.first_byte();
  stream.finish(200, 3600s);
  http.start("GET", "/socket").finish(200);

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_request_duration_seconds_bucket{method="GET",endpoint="/events",le="5"})"), 1);
  EXPECT_EQ(sample(text, R"(http_request_duration_seconds_count{method="GET",endpoint="/socket"})"), 0);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/socket",status="200"})"), 1);
  EXPECT_THROW(http.route("/socket", {.duration = HttpDuration::Full}), std::invalid_argument);
}

TEST(HttpOptions, ExceptionsByTypeAndTheirStatus) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .exceptions = true, .status_of = [](const std::exception_ptr& error) {
                                try {
                                  std::rethrow_exception(error);
                                } catch (const std::out_of_range&) {
                                  return 404;
                                } catch (...) {
                                  return 503;
                                }
                              }}};
  const auto throws = [&](auto error, int sent) {
    HttpRequest request = http.start("GET", "/a");
    if (sent != 0) request.status(sent);
    try {
      throw error;
    } catch (...) {
      request.fail();
    }
  };

  throws(std::out_of_range{"x"}, 0);
  throws(std::runtime_error{"x"}, 0);
  throws(std::runtime_error{"x"}, 200);  // after the headers: the status was sent
  throws(5, 0);
  EXPECT_THROW(measure(http, "GET", http.find("/a"), [] { throw std::out_of_range{"x"}; }), std::out_of_range);

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_exceptions_total{endpoint="/a",exception="std::out_of_range"})"), 2);
  EXPECT_EQ(sample(text, R"(http_exceptions_total{endpoint="/a",exception="std::runtime_error"})"), 2);
  EXPECT_EQ(sample(text, R"(http_exceptions_total{endpoint="/a",exception="int"})"), 1);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="404"})"), 2);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="503"})"), 2);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="200"})"), 1);
}

template <int N>
struct Numbered {};
template <int... N>
void fail_with_each(HttpMetrics& http, std::integer_sequence<int, N...>) {
  (http.start("GET", "/a").fail(std::make_exception_ptr(Numbered<N>{})), ...);
}

TEST(HttpOptions, TypesOfExceptionsAreBounded) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .exceptions = true}};

  fail_with_each(http, std::make_integer_sequence<int, 30>{});

  EXPECT_EQ(sample(to_text(registry), R"(http_exceptions_total{endpoint="/a",exception="_OTHER"})"), 10);
}

TEST(HttpOptions, AbortsByReason) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .aborts = true}};

  http.start("GET", "/a").abandon();
  http.start("GET", "/a").abandon(HttpAbort::Timeout);
  HttpRequest sent = http.start("GET", "/a");
  sent.status(200);
  sent.abandon();

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_requests_aborted_total{reason="client_gone"})"), 2);
  EXPECT_EQ(sample(text, R"(http_requests_aborted_total{reason="timeout"})"), 1);
  EXPECT_EQ(sample(text, R"(http_requests_aborted_total{reason="shutdown"})"), 0);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="499"})"), 2);
  EXPECT_EQ(sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="200"})"), 1);
}

TEST(HttpOptions, SampledTracesAreExemplars) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .exemplars = true}};
  const auto with = [](std::string_view header) {
    return [header](std::string_view name) { return name == "traceparent" ? header : std::string_view{}; };
  };

  http.start("GET", "/a", with("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")).finish(200, 200ms);
  http.start("GET", "/a", with("00-11111111111111111111111111111111-2222222222222222-00")).finish(200, 1s);

  const std::string text = to_openmetrics(registry);
  EXPECT_THAT(text, HasSubstr(R"(# {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 0.2)"));
  EXPECT_THAT(text, Not(HasSubstr("1111111111111111")));
}

TEST(HttpOptions, SampledFailuresAreExemplarsOfTheirCounter) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .exemplars = true}};
  const auto request = [&http](int status) {
    const auto headers = [](std::string_view name) -> std::string_view {
      return name == "traceparent" ? "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" : "";
    };
    http.start("GET", "/a", headers).finish(status, 200ms);
  };

  request(200);
  request(404);
  request(503);

  constexpr auto kExemplar = R"(1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="00f067aa0ba902b7"} 1.0 )";
  const std::string text = to_openmetrics(registry);
  EXPECT_THAT(text, HasSubstr(R"(endpoint="/a",status="200"} 1)"
                              "\n"));
  EXPECT_THAT(text, HasSubstr(std::string{R"(endpoint="/a",status="404"} )"} + kExemplar));
  EXPECT_THAT(text, HasSubstr(std::string{R"(endpoint="/a",status="503"} )"} + kExemplar));
}

TEST(HttpOptions, LabelsOfTheUsersOwnAreBounded) {
  Registry registry;
  HttpMetrics http{registry,
                   {.routes = {"/a"},
                    .labels = {{"tenant",
                                {"acme", "zoo"},
                                [](const RequestHeaders& headers) -> std::string_view {
                                  if (headers("x-tenant") == "throw") throw std::runtime_error{"no tenant"};
                                  return headers("x-tenant");
                                }},
                               {"plan", {"free"}}}}};
  const auto request = [&](std::string_view tenant) {
    const auto headers = [tenant](std::string_view name) { return name == "x-tenant" ? tenant : std::string_view{}; };
    return http.start("GET", "/a", headers);
  };

  request("acme").finish(200);
  request("mallory").finish(200);
  request("throw").finish(200);
  request("").finish(200);
  HttpRequest paid = request("zoo");
  paid.label(1, "free");
  paid.label(7, "no such label");
  paid.finish(200);

  const std::string text = to_text(registry);
  const auto count = [&](std::string_view labels) {
    return sample(text, R"(http_requests_total{method="GET",endpoint="/a",status="200")" + std::string{labels} + "}");
  };
  EXPECT_EQ(count(R"(,tenant="acme")"), 1);
  EXPECT_EQ(count(R"(,tenant="_OTHER")"), 2);
  EXPECT_EQ(count(""), 1);
  EXPECT_EQ(count(R"(,tenant="zoo",plan="free")"), 1);
  EXPECT_EQ(count(R"(,tenant="acme",plan="free")"), 0);
}

TEST(HttpOptions, RefusesLabelsThatAreNot) {
  Registry registry;
  EXPECT_THAT(refusal(registry, {.labels = {{"tenant", {"a", "a"}}}}), HasSubstr("\"a\" is listed twice"));
  EXPECT_THAT(refusal(registry, {.labels = {{"tenant", {""}}}}), HasSubstr("empty value"));
  EXPECT_THAT(refusal(registry, {.labels = {{"method", {"a"}}}}), HasSubstr("method"));
  EXPECT_THAT(refusal(registry, {.labels = {{"a", std::vector<std::string>(1000, "x")}}}), HasSubstr("twice"));
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  EXPECT_THAT(refusal(registry, {.labels = {{"a", many}}}), HasSubstr("more than 1000 combinations"));
  EXPECT_THAT(refusal(registry, {.exclude = {"metrics"}}), HasSubstr("\"metrics\""));
}

TEST(HttpOptions, NamesOfOpenTelemetry) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .naming = HttpNaming::OpenTelemetry, .url_scheme = "https"}};

  http.start("GET", "/a").finish(200);
  http.start("GET", "/b").finish(404);
  const HttpRequest active = http.start("GET", "/a");

  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text,
                   "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/a\","
                   "http_response_status_code=\"200\",url_scheme=\"https\"}"),
            1);
  EXPECT_EQ(sample(text,
                   "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route="
                   "\"_unmatched\",http_response_status_code=\"404\",url_scheme=\"https\"}"),
            1);
  EXPECT_EQ(sample(text, "http_server_active_requests"), 1);
  EXPECT_THAT(text, Not(HasSubstr("http_requests_total")));
}

TEST(HttpOptions, NamesOfOpenTelemetryTellManyStatusesApart) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .naming = HttpNaming::OpenTelemetry}};
  const std::vector<int> statuses{200, 500, 404, 301, 503};

  for (const int status : statuses) {
    for (int n = 0; n < status; ++n) http.start("GET", "/a").finish(status);
  }

  const std::string text = to_text(registry);
  for (const int status : statuses) {
    EXPECT_EQ(sample(text, R"(http_server_request_duration_seconds_count{http_request_method="GET",http_route="/a",)"
                           R"(http_response_status_code=")" +
                               std::to_string(status) + R"(",url_scheme="http"})"),
              status);
  }
}

// The duration's count is that of the requests, so what has none ends with the header of its answer.
TEST(HttpOptions, NamesOfOpenTelemetryCountWhatHasNoDuration) {
  Registry registry;
  HttpMetrics http{registry, {.naming = HttpNaming::OpenTelemetry}};
  http.route("/socket");
  http.route("/events", {.duration = HttpDuration::None});

  for (const auto& [path, status] : {std::pair{"/socket", 101}, {"/events", 200}}) {
    HttpRequest answered = http.start("GET", path);
    answered.first_byte();
    answered.finish(status, 3600s);
    http.start("GET", path).finish(status, 3600s);  // when its answer began, nobody told
  }

  const std::string text = to_text(registry);
  for (const auto& [route, status] : {std::pair{"/socket", "101"}, {"/events", "200"}}) {
    const std::string labels = std::string{"{http_request_method=\"GET\",http_route=\""} + route +
                               "\",http_response_status_code=\"" + status + "\",url_scheme=\"http\"}";
    EXPECT_EQ(sample(text, "http_server_request_duration_seconds_count" + labels), 1);
    EXPECT_LT(sample(text, "http_server_request_duration_seconds_sum" + labels), 3600);
  }
  EXPECT_EQ(sample(text, "http_request_duration_highr_seconds_count"), 0);
}

TEST(HttpOptions, InAScope) {
  Registry registry;
  const Scope scope = registry.scope({.prefix = "shop_", .labels = {{"part", "web"}}});
  HttpMetrics http{scope, {.routes = {"/a"}}};
  HttpMetrics other{registry, {.routes = {"/a"}}};

  http.start("GET", "/a").finish(200);
  const HttpRequest active = http.start("GET", "/a");

  const std::string text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("shop_http_requests_total"));
  EXPECT_EQ(sample(text, "shop_http_requests_active{part=\"web\"}"), 1);
  EXPECT_EQ(sample(text, "http_requests_active"), 0);
}

TEST(HttpOptions, TheTimeStampCounterTellsTheSameTime) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"/a"}, .clock = HttpClock::Tsc}};
  HttpRequest request = http.start("GET", "/a");

  const auto outer = std::chrono::steady_clock::now();
  const auto first = request.elapsed();
  const auto inner = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - inner < 50ms) {
  }
  const auto took = request.elapsed() - first;
  const auto most = std::chrono::steady_clock::now() - outer;

  EXPECT_GE(took, 50ms - 50us);  // its rate is measured, and exact to some parts in a million
  EXPECT_LE(took, most + 50us + most / 1000);
}

TEST(HttpOptions, StampsTheHeadersThatAreWanted) {
  Registry registry;
  const auto stamped = [&](const HttpOptions& options) {
    HttpMetrics http{registry, options};
    std::vector<std::pair<std::string, std::string>> headers;
    HttpRequest request = http.start("GET", "/a");
    request.stamp([&](std::string_view name, std::string_view value) { headers.emplace_back(name, value); });
    return headers;
  };
  using ::testing::ElementsAre;
  using ::testing::MatchesRegex;
  using ::testing::Pair;

  EXPECT_THAT(stamped({}), ElementsAre(Pair("X-Response-Time", MatchesRegex("[0-9]+[.][0-9][0-9][0-9]ms"))));
  EXPECT_THAT(stamped({.response_time_header = "", .server_timing = true}),
              ElementsAre(Pair("Server-Timing", MatchesRegex("app;dur=[0-9]+[.][0-9][0-9][0-9]"))));
  EXPECT_THAT(stamped({.response_time_header = ""}), ElementsAre());
}

}  // namespace
}  // namespace vitals
