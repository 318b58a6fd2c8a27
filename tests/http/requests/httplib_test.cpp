#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http/httplib.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using httplib::Request;
using httplib::Response;

struct HttplibTest : ::testing::Test {
  // At its first request the library makes tables for all of its threads. ThreadSanitizer can't see in there how the
  // others wait for them, so they are made by a thread that has ended before.
  static void SetUpTestSuite() {
    httplib::Server first;
    const int port = first.bind_to_any_port("127.0.0.1");
    std::thread thread{[&first] { first.listen_after_bind(); }};
    EXPECT_EQ(httplib::Client("127.0.0.1", port).Get("/")->status, 404);
    first.stop();
    thread.join();
  }
  void TearDown() override {
    server.stop();
    if (thread.joinable()) thread.join();
  }

  // Serves with what set_up() adds; REQUIRES: called once.
  void serve(HttplibOptions options = {}) {
    instrument(server, http, std::move(options));
    server.Get(R"(/clients/(\d+))", [](const Request&, Response& res) { res.set_content("one", "text/plain"); });
    server.Get("/clients", [](const Request&, Response& res) { res.set_content("all", "text/plain"); });
    server.Post("/clients", [](const Request&, Response& res) { res.status = 201; });
    server.Get("/throws", [](const Request&, Response&) { throw std::runtime_error("handler"); });
    server.Get("/missing", [](const Request&, Response& res) { res.status = 404; });
    listen();
  }
  void listen() {
    server.set_keep_alive_timeout(1);
    port = static_cast<std::uint16_t>(server.bind_to_any_port("127.0.0.1"));
    thread = std::thread{[this] { server.listen_after_bind(); }};
    ASSERT_TRUE(eventually([this] { return server.is_running(); }));
  }

  // The answer's end is recorded after the client has it.
  bool counted(const std::string& labels, double n = 1) {
    return eventually([&] { return sample(to_text(registry), "http_requests_total{" + labels + "}") == n; }, 5s);
  }
  double active() { return sample(to_text(registry), "http_requests_active"); }

  Registry registry;
  HttpMetrics http{registry,
                   {.routes = {"/clients/{id}", "GET|POST /clients", "/throws", "/missing", "/slow"},
                    .sizes = true,
                    .exceptions = true,
                    .aborts = true}};
  httplib::Server server;
  std::uint16_t port = 0;
  std::thread thread;
};

TEST_F(HttplibTest, CountsByRouteMethodAndStatus) {
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/clients/42?x=/clients")->body, "one");
  EXPECT_EQ(client.Get("/clients/7")->body, "one");
  EXPECT_EQ(client.Post("/clients", "{}", "application/json")->status, 201);
  EXPECT_EQ(client.Head("/clients")->status, 200);
  EXPECT_EQ(client.Get("/missing")->status, 404);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")", 2));
  EXPECT_TRUE(counted(R"(method="POST",endpoint="/clients",status="201")"));
  EXPECT_TRUE(counted(R"(method="HEAD",endpoint="/clients",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/missing",status="404")"));
  EXPECT_EQ(sample(to_text(registry), R"(http_request_duration_seconds_count{method="GET",endpoint="/clients/{id}"})"),
            2);
  EXPECT_TRUE(eventually([&] { return active() == 0; }));
}

TEST_F(HttplibTest, UnknownPathsAreUnmatched) {
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/wp-login.php")->status, 404);
  EXPECT_EQ(client.Get("/clients/42/secret")->status, 404);
  EXPECT_EQ(client.Delete("/clients")->status, 404);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="404")", 2));
  EXPECT_TRUE(counted(R"(method="DELETE",endpoint="_unmatched",status="404")"));
}

// As httplib has them from 0.13 and from 0.21 on.
struct RequestWithParameters {
  std::string path;
  httplib::Match matches;
  std::map<std::string, std::string> path_params;
};
struct RequestWithRoute : RequestWithParameters {
  std::string matched_route;
};

TEST_F(HttplibTest, UnlistedRoutesGetTheirTemplateFromTheServer) {
  // A request of which the server tells this when it answers.
  const auto serve_one = [this](const auto& request, int status = 200) {
    detail::HttplibRequest current;
    current.request = http.start("GET", request.path);
    current.route(http, request, status);
    current.request.finish(status);
  };

  serve_one(RequestWithRoute{{"/users/5/x", {}, {{"id", "5"}}}, "/users/:id/x"});
  serve_one(RequestWithRoute{{"/users/{id}/x", {}, {{"id", "{id}"}}}, "/users/:id/x"});
  // The parameters may be what is left of a route that did not match, as "/users/:id" here.
  serve_one(RequestWithParameters{"/users/5/chosen", {}, {{"id", "5"}}}, 404);
  serve_one(RequestWithParameters{"/users/5/chosen", {}, {{"id", "5"}}});
  serve_one(RequestWithParameters{"/clients/5", {}, {{"id", "5"}}});

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/users/{id}/x",status="200")", 2));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="404")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")"));
  EXPECT_EQ(to_text(registry).find("chosen"), std::string::npos);
}

// What is beside the captures may be any text that a client chose.
TEST_F(HttplibTest, TextThatAClientChoseIsNoTemplate) {
  instrument(server, http);
  const auto answer = [](const Request&, Response&) {};
  server.Get(R"(/users/(\d+))", answer);
  server.Get(R"(/api/(v\d+)/.*)", answer);
  server.Get(R"(/clients/(\d+))", answer);
  server.Get(R"(/.*/by/(\d+))", answer);
  server.Get("/.*", answer);
  listen();
  httplib::Client client{"127.0.0.1", port};
  const std::vector<std::string> chosen = {"/*",         "/{x}",        "/{x}/{y}",     "/(a)",
                                           "/:a",        "/%3Ca%3E/b",  "/[a]",         "/a%20b",
                                           "/%ff",       "/%00",        "//",           "/a//b",
                                           "/%7Bx%7D",   "/.%2A",       "/%7F",         "/about",
                                           "/{x}/by/1",  "/*/by/1",     "/:a/by/1",     "/(a)/by/1",
                                           "/%ff/by/1",  "/a%20b/by/1", "/%22%5C/by/1", "/users/x",
                                           "/users/",    "/users/*",    "/clients",     "/_static",
                                           "/%E2%82%AC", "/+/by/1",     "/$/by/1",      "/" + std::string(300, 'x'),
                                           "/users/1",   "/api/v1/x",   "/api/v1/y",    "/api/v2/x"};

  for (const auto& path : chosen) EXPECT_EQ(client.Get(path)->status, 200) << path;
  EXPECT_EQ(client.Get("/clients/1")->status, 200);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="200")", static_cast<double>(chosen.size()) - 1));
}

TEST_F(HttplibTest, ThrownHandlersCountAs500) {
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/throws")->status, 500);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/throws",status="500")"));
}

TEST_F(HttplibTest, WhatTheExceptionHandlerAnswersCounts) {
  serve({.exception = [](const Request&, Response& res, std::exception_ptr) { res.status = 422; }});
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/throws")->status, 422);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/throws",status="422")"));
  EXPECT_TRUE(eventually([this] {
    return sample(to_text(registry), R"(http_exceptions_total{endpoint="/throws",exception="std::runtime_error"})") ==
           1;
  }));
}

TEST_F(HttplibTest, LeavesTheExceptionHandlerToTheServerUnlessGivenOne) {
  server.set_exception_handler([](const Request&, Response& res, std::exception_ptr) { res.status = 422; });
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/throws")->status, 422);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/throws",status="422")"));
}

TEST_F(HttplibTest, TellsTheSizesOfBodies) {
  server.Get("/slow", [](const Request&, Response& res) {
    res.set_content_provider(3, "text/plain",
                             [](std::size_t, std::size_t, httplib::DataSink& sink) { return sink.write("abc", 3); });
  });
  serve();
  httplib::Client client{"127.0.0.1", port};
  client.set_default_headers({{"Accept-Encoding", "identity"}});  // newer versions ask for compressed bodies
  EXPECT_EQ(client.Get("/clients/42")->body, "one");
  EXPECT_EQ(client.Head("/clients/42")->body, "");
  EXPECT_EQ(client.Get("/slow")->body, "abc");
  EXPECT_EQ(client.Post("/clients", "{\"a\": 1}", "application/json")->status, 201);

  // Each of its own thread of the server, which counts it after its answer was sent.
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")"));
  EXPECT_TRUE(counted(R"(method="HEAD",endpoint="/clients/{id}",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/slow",status="200")"));
  EXPECT_TRUE(counted(R"(method="POST",endpoint="/clients",status="201")"));
  const std::string text = to_text(registry);
  EXPECT_EQ(sample(text, R"(http_response_size_bytes_sum{method="GET",endpoint="/clients/{id}"})"), 3);
  EXPECT_EQ(sample(text, R"(http_response_size_bytes_sum{method="HEAD",endpoint="/clients/{id}"})"), 0);
  EXPECT_EQ(sample(text, R"(http_response_size_bytes_sum{method="GET",endpoint="/slow"})"), 3);
  EXPECT_EQ(sample(text, R"(http_request_size_bytes_sum{method="POST",endpoint="/clients"})"), 8);
}

TEST_F(HttplibTest, TellsTheResponseTimeInMilliseconds) {
  server.Get("/slow", [](const Request&, Response&) { std::this_thread::sleep_for(20ms); });
  serve();
  httplib::Client client{"127.0.0.1", port};
  const std::string time = client.Get("/slow")->get_header_value("X-Response-Time");

  EXPECT_TRUE(is_response_time(time)) << time;
  EXPECT_GE(std::stod(time), 20);
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/slow",status="200")"));
  EXPECT_LE(std::stod(time) / 1000,
            sample(to_text(registry), R"(http_request_duration_seconds_sum{method="GET",endpoint="/slow"})"));
}

TEST_F(HttplibTest, DurationLastsToTheEndOfAStream) {
  server.Get("/slow", [](const Request&, Response& res) {
    res.set_chunked_content_provider("text/plain", [n = 0](std::size_t, httplib::DataSink& sink) mutable {
      std::this_thread::sleep_for(30ms);
      sink.write("x", 1);
      if (++n == 3) sink.done();
      return true;
    });
  });
  serve();
  httplib::Client client{"127.0.0.1", port};
  const auto answer = client.Get("/slow");

  EXPECT_EQ(answer->body, "xxx");
  EXPECT_LT(std::stod(answer->get_header_value("X-Response-Time")), 80);
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/slow",status="200")"));
  EXPECT_GE(sample(to_text(registry), R"(http_request_duration_seconds_sum{method="GET",endpoint="/slow"})"), 0.09);
}

TEST_F(HttplibTest, KeepsAResourceReleaserOfTheHandler) {
  std::atomic<int> released{0};
  server.Get("/slow", [&](const Request&, Response& res) {
    res.set_content_provider(
        3, "text/plain", [](std::size_t, std::size_t, httplib::DataSink& sink) { return sink.write("abc", 3); },
        [&](bool completed) { released += completed ? 1 : 100; });
  });
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/slow")->body, "abc");

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/slow",status="200")"));
  EXPECT_EQ(released, 1);
}

TEST_F(HttplibTest, ClientThatLeavesAStreamLeaksNothing) {
  std::atomic<bool> gone{false};
  server.Get("/slow", [&](const Request&, Response& res) {
    res.set_chunked_content_provider("text/plain", [&](std::size_t, httplib::DataSink& sink) {
      if (gone) std::this_thread::sleep_for(10ms);
      return sink.write("x", 1);
    });
  });
  serve();
  {
    RawConnection client{port};
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(eventually([&] { return active() == 1; }));
    gone = true;
    client.reset();
  }
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/slow",status="200")"));
  EXPECT_EQ(active(), 0);
  EXPECT_EQ(sample(to_text(registry), R"(http_requests_aborted_total{reason="client_gone"})"), 1);
}

TEST_F(HttplibTest, CopiesOfTheResponseCountNothing) {
  std::vector<Response> copies;
  server.set_logger([&](const Request&, const Response& res) { copies.push_back(res); });
  serve();
  httplib::Client client{"127.0.0.1", port};
  client.set_keep_alive(true);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.Get("/clients")->status, 200);
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients",status="200")", 3));
  server.stop();
  thread.join();
  copies.clear();

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients",status="200")", 3));
}

TEST_F(HttplibTest, ServesFilesAsStatic) {
  const auto folder = std::filesystem::temp_directory_path() / ("vitals-http-test-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream{folder / "a.txt"} << "file";
  server.set_mount_point("/files", folder.string());
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/files/a.txt")->body, "file");
  EXPECT_EQ(client.Head("/files/a.txt")->status, 200);
  EXPECT_EQ(client.Get("/files/b.txt")->status, 404);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="_static",status="200")"));
  EXPECT_TRUE(counted(R"(method="HEAD",endpoint="_static",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="404")"));
  std::filesystem::remove_all(folder);
}

TEST_F(HttplibTest, RunsTheUsersOwnHandlers) {
  serve({.pre_routing =
             [](const Request& req, Response& res) {
               if (req.has_header("Authorization")) return httplib::Server::HandlerResponse::Unhandled;
               res.status = 401;
               return httplib::Server::HandlerResponse::Handled;
             },
         .post_routing = [](const Request&, Response& res) { res.set_header("X-Post", "yes"); }});
  httplib::Client client{"127.0.0.1", port};
  const auto refused = client.Get("/clients/42");
  EXPECT_EQ(refused->status, 401);
  EXPECT_EQ(refused->get_header_value("X-Post"), "yes");
  EXPECT_TRUE(refused->has_header("X-Response-Time"));
  EXPECT_EQ(client.Get("/clients/42", httplib::Headers{{"Authorization", "x"}})->status, 200);
  EXPECT_EQ(client.Get("/nowhere")->status, 401);

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="401")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")"));
  EXPECT_TRUE(counted(R"(method="GET",endpoint="_unmatched",status="401")"));
}

TEST_F(HttplibTest, RequestsRefusedBeforeRoutingCount) {
  serve();
  EXPECT_EQ(request(port, "NONSENSE\r\n\r\n").status, 400);
  EXPECT_EQ(request(port, "GET /clients HTTP/1.1\r\nHost: x\r\nRange: bytes=x\r\n\r\n").status, 416);

  EXPECT_TRUE(eventually([&] {
    const std::string text = to_text(registry);
    return sample(text, R"(http_requests_total{method="_OTHER",endpoint="_unmatched",status="400"})") == 1 &&
           sample(text, R"(http_requests_total{method="GET",endpoint="/clients",status="416"})") == 1;
  }));
  EXPECT_EQ(active(), 0);
}

TEST_F(HttplibTest, MountedMetricsCountNotThemselves) {
  mount(server, registry);
  serve();
  httplib::Client client{"127.0.0.1", port};
  EXPECT_EQ(client.Get("/clients")->status, 200);
  ASSERT_TRUE(counted(R"(method="GET",endpoint="/clients",status="200")"));
  const auto answer = client.Get("/metrics", httplib::Headers{{"Accept-Encoding", "identity"}});

  EXPECT_EQ(answer->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(sample(answer->body, R"(http_requests_total{method="GET",endpoint="/clients",status="200"})"), 1);
  EXPECT_EQ(to_text(registry).find("\"/metrics\""), std::string::npos);
}

TEST_F(HttplibTest, MountedMetricsMayBeAskedForByName) {
  mount(server, registry);
  serve();
  httplib::Client client{"127.0.0.1", port};
  const httplib::Headers identity{{"Accept-Encoding", "identity"}};

  const auto named = client.Get("/metrics?name%5B%5D=http_requests_active", identity);
  const auto faulty = client.Get("/metrics?name%5B%5D=" + std::string(2'000, 'a'), identity);

  EXPECT_EQ(named->body.find("# TYPE http_requests_active gauge\n"), named->body.find("# TYPE"));
  EXPECT_EQ(named->body.rfind("# TYPE"), named->body.find("# TYPE"));
  EXPECT_EQ(faulty->status, 400);
}

TEST_F(HttplibTest, ManyClientsAtOnceLoseNothing) {
  constexpr int kClients = 4;
  constexpr int kRequests = 100;
  serve();
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([this] {
      httplib::Client client{"127.0.0.1", port};
      client.set_keep_alive(true);
      for (int i = 0; i < kRequests; ++i) EXPECT_EQ(client.Get("/clients/" + std::to_string(i))->status, 200);
    });
  }
  for (auto& client : clients) client.join();

  EXPECT_TRUE(counted(R"(method="GET",endpoint="/clients/{id}",status="200")", kClients * kRequests));
  EXPECT_EQ(active(), 0);
}

}  // namespace
}  // namespace vitals::testing
