#include <map>
#include <string>

#include <gtest/gtest.h>

#include <vitals/http/httplib_client.hpp>
#include <vitals/vitals.hpp>

#include "http/adapters/answering_server.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

struct HttplibClientTest : ::testing::Test {
  double count(const std::string& method, const std::string& status, const std::string& endpoint = "/{id}") {
    return sample(to_text(registry), "http_client_request_duration_seconds_count{method=\"" + method +
                                         "\",host=\"127.0.0.1\",endpoint=\"" + endpoint + "\",status=\"" + status +
                                         "\"}");
  }

  Registry registry;
  HttpClientMetrics calls{registry, {.hosts = {"127.0.0.1"}, .routes = {"/{id}"}}};
  AnsweringServer server;
};

TEST_F(HttplibClientTest, CountsEveryMethodAndPassesItsArgumentsOn) {
  HttplibClient client{calls, "127.0.0.1", server.port()};
  const httplib::Headers headers{{"X-Sent", "!"}};

  EXPECT_EQ(client.Get("/a")->body, "GET");
  EXPECT_EQ(client.Get("/a", {{"X-Sent", "!"}})->body, "GET!");
  EXPECT_EQ(client.Get("/a", headers)->body, "GET!");
  std::string received;
  EXPECT_TRUE(
      client.Get("/a", headers, [&](const char* data, std::size_t n) { return received.append(data, n), true; }));
  EXPECT_EQ(received, "GET!");
  EXPECT_TRUE(client.Get("/a", httplib::Params{{"b", "c"}}, headers));
  EXPECT_TRUE(client.Head("/a"));
  EXPECT_EQ(client.Post("/a")->body, "POST");
  EXPECT_EQ(client.Post("/a", "{}", "application/json")->body, "POST{}");
  EXPECT_EQ(client.Post("/a", {{"X-Sent", "!"}}, "{}", "application/json")->body, "POST!{}");
  EXPECT_EQ(client.Put("/a")->body, "PUT");
  EXPECT_EQ(client.Put("/a", headers, "{}", "application/json")->body, "PUT!{}");
  EXPECT_EQ(client.Patch("/a")->body, "PATCH");
  EXPECT_EQ(client.Patch("/a", "{}", "application/json")->body, "PATCH{}");
  EXPECT_EQ(client.Delete("/a")->body, "DELETE");
  EXPECT_EQ(client.Delete("/a", headers)->body, "DELETE!");
  EXPECT_EQ(client.Options("/a")->body, "OPTIONS");

  const std::map<std::string, int> called{{"GET", 5},   {"HEAD", 1},   {"POST", 3},   {"PUT", 2},
                                          {"PATCH", 2}, {"DELETE", 2}, {"OPTIONS", 1}};
  for (const auto& [method, n] : called) EXPECT_EQ(count(method, "200"), n) << method;
}

TEST_F(HttplibClientTest, CountsRequestsThatAreSentWhole) {
  HttplibClient client{calls, server.url("")};
  httplib::Request request;
  request.method = "GET";
  request.path = "/404?a=b";
  EXPECT_EQ(client.send(request)->status, 404);
  httplib::Response response;
  auto error = httplib::Error::Success;
  EXPECT_TRUE(client.send(request, response, error));

  EXPECT_EQ(count("GET", "404"), 2);
}

TEST_F(HttplibClientTest, WhatIsCancelledFailed) {
  HttplibClient client{calls, "127.0.0.1", server.port()};
  EXPECT_FALSE(client.Get("/a", [](const char*, std::size_t) { return false; }));

  EXPECT_EQ(count("GET", "_failed"), 1);
  EXPECT_EQ(count("GET", "200"), -1);
}

TEST_F(HttplibClientTest, AReceiverThatThrowsFailedAndIsPassedOn) {
  HttplibClient client{calls, "127.0.0.1", server.port()};
  EXPECT_THROW(static_cast<void>(client.Get("/a/b", [](const char*, std::size_t) -> bool { throw 1; })), int);

  EXPECT_EQ(count("GET", "_failed", "_unmatched"), 1);
  EXPECT_EQ(sample(to_text(registry), "http_client_requests_active"), 0);
}

TEST_F(HttplibClientTest, HostsMayBeWrittenAsHttplibTakesThem) {
  for (const std::string other : {"http://[::1]:1", "[::1]:1", "::1"}) {
    HttplibClient client{calls, other};
    client.set_connection_timeout(1);
    EXPECT_FALSE(client.Get("/a")) << other;
  }
  EXPECT_TRUE(HttplibClient(calls, "127.0.0.1:" + std::to_string(server.port())).Get("/a"));

  EXPECT_EQ(sample(to_text(registry),
                   "http_client_request_duration_seconds_count{method=\"GET\",host=\"[::1]\",endpoint="
                   "\"/{id}\",status=\"_failed\"}"),
            3);
  EXPECT_EQ(count("GET", "200"), 1);
}

}  // namespace
}  // namespace vitals::testing
