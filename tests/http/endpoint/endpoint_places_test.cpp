// Where an endpoint listens, and what it serves there beside the metrics of one registry.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/access/test_folder.hpp"
#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

struct EndpointPlacesTest : ::testing::Test {
  [[nodiscard]] std::string ask(const std::string& socket, const std::string& path = "/metrics") const {
    return folder.run("curl -si --max-time 20 " + socket + " http://localhost" + path).output;
  }
  // What the constructor throws.
  std::string refusal(const EndpointOptions& options) {
    try {
      const Endpoint endpoint{registry, options};
    } catch (const std::exception& error) {
      return error.what();
    }
    return "nothing thrown";
  }

  TestFolder folder;
  Registry registry;
};

TEST_F(EndpointPlacesTest, ServesSeveralRegistries) {
  Registry other;
  registry.counter("one_total", "One.").inc();
  other.counter("two_total", "Two.").inc(2);
  const Endpoint endpoint{{{"/metrics", registry}, {"/internal/metrics", other}}, {.port = 0}};

  const auto first = get(endpoint.port(), "/metrics").body;
  const auto second = get(endpoint.port(), "/internal/metrics").body;

  EXPECT_THAT(first, AllOf(HasSubstr("one_total 1\n"), Not(HasSubstr("two_total"))));
  EXPECT_THAT(second, AllOf(HasSubstr("two_total 2\n"), Not(HasSubstr("vitals_"))));
  EXPECT_EQ(get(endpoint.port(), "/internal").status, 404);
}

TEST_F(EndpointPlacesTest, ServesARegistryAtSeveralPaths) {
  std::atomic<int> calls{0};
  const auto token = registry.gauge_callback("called", "Calls.", [&] { return static_cast<double>(++calls); });
  const Endpoint endpoint{{{"/metrics", registry}, {"/old/metrics", registry}}, {.port = 0}};

  for (int i = 1; i <= 4; ++i) {
    const auto answer = get(endpoint.port(), i % 2 == 0 ? "/metrics" : "/old/metrics");
    EXPECT_GE(sample(answer.body, "called"), i);
    EXPECT_EQ(sample(answer.body, "vitals_collector_errors_total"), 0);
  }
}

TEST_F(EndpointPlacesTest, RefusesPathsThatMeet) {
  Registry other;
  EXPECT_THAT(refusal_of([&] {
                const Endpoint endpoint{{{"/a", registry}, {"/a", other}}, {.port = 0}};
              }),
              HasSubstr("path \"/a\": the endpoint has another page there; choose another"));
  EXPECT_THAT(refusal_of([&] {
                const Endpoint endpoint{std::vector<EndpointRegistry>{}, {.port = 0}};
              }),
              HasSubstr("there must be a registry"));
  EndpointOptions own{.port = 0};
  own.pages = {{"/-/ready", [](std::string_view) { return EndpointAnswer{}; }}};
  EXPECT_THAT(refusal(own), HasSubstr("pages: the path \"/-/ready\": the endpoint has another page there"));
  own.pages = {{"/own", {}}};
  EXPECT_THAT(refusal(own), HasSubstr("pages: the path \"/own\": it has no function"));
  own.pages = {{"version", [](std::string_view) { return EndpointAnswer{}; }}};
  EXPECT_THAT(refusal(own), HasSubstr("vitals::EndpointOptions: pages: the path \"version\": it must start with '/'"));
}

TEST_F(EndpointPlacesTest, ListensOnAUnixSocketOfItsMode) {
  const auto path = folder.path("metrics.sock");
  EndpointOptions options;
  options.unix_socket = path;
  options.unix_socket_mode = 0600;
  {
    const Endpoint endpoint{registry, options};
    EXPECT_EQ(endpoint.port(), 0);
    EXPECT_THAT(ask("--unix-socket " + path), HasSubstr("200 OK"));
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_THAT(refusal(options), AllOf(HasSubstr(path), HasSubstr("another process listens")));
  }
  EXPECT_NE(access(path.c_str(), F_OK), 0) << "it is removed";
}

TEST_F(EndpointPlacesTest, TakesOverAUnixSocketThatNobodyListensOn) {
  const auto path = folder.path("metrics.sock");
  EndpointOptions options;
  options.unix_socket = path;
  const pid_t child = fork();
  if (child == 0) {
    const auto* const left_behind = new Endpoint{registry, options};
    _exit(left_behind->port() == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  ASSERT_EQ(access(path.c_str(), F_OK), 0);

  const Endpoint endpoint{registry, options};

  EXPECT_THAT(ask("--unix-socket " + path), HasSubstr("200 OK"));
}

TEST_F(EndpointPlacesTest, LeavesFilesAloneThatAreNoSocket) {
  EndpointOptions options;
  options.unix_socket = folder.write("file", "text");
  EXPECT_EQ(refusal(options), "vitals::Endpoint can't listen on the Unix socket " + options.unix_socket +
                                  ": there is a file that is no socket; choose another path");
  EXPECT_EQ(folder.text("file"), "text");
}

TEST_F(EndpointPlacesTest, SaysWhyAUnixSocketCannotBeMadeWithOneFix) {
  const auto what = [this](const std::string& path) {
    EndpointOptions options;
    options.unix_socket = path;
    return refusal(options);
  };
  EndpointOptions taken;
  taken.unix_socket = folder.path("metrics.sock");
  const Endpoint holder{registry, taken};
  folder.write("file", "text");

  EXPECT_THAT(what(taken.unix_socket), AllOf(HasSubstr("a socket that another process listens on"),
                                             HasSubstr("choose another path"), Not(HasSubstr("port"))));
  EXPECT_THAT(what(folder.path("none/metrics.sock")), EndsWith(": No such file or directory; make its folder first"));
  EXPECT_THAT(what(folder.path("file/metrics.sock")), HasSubstr("Not a directory; choose a path"));
  EXPECT_THAT(what("/" + std::string(120, 'x')), HasSubstr("longer than 107 bytes"));
}

TEST_F(EndpointPlacesTest, AsksForTheFolderOfAUnixSocketThatItMayNotMake) {
  folder.must_run("chmod 755 .");
  const pid_t child = fork();
  if (child == 0) {
    if (geteuid() == 0 && setuid(65'534) != 0) _exit(2);
    if (geteuid() != 65'534 && chmod(folder.path().c_str(), 0555) != 0) _exit(2);
    EndpointOptions options;
    options.unix_socket = folder.path("metrics.sock");
    const auto wanted =
        "Permission denied; let the user of the process (uid " + std::to_string(geteuid()) + ") write into its folder";
    _exit(refusal(options).ends_with(wanted) ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  folder.must_run("chmod 755 .");

  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(EndpointPlacesTest, ListensAtAPortAndAUnixSocket) {
  // [example]
  vitals::EndpointOptions options;
  options.address = "0.0.0.0";  // for Prometheus
  options.port = 9464;
  options.allowed_networks = {"10.0.0.0/8"};                               // of the port
  options.more_addresses = {{.unix_socket = "/run/clinic/metrics.sock"}};  // for what runs on this machine
  options.unix_socket_mode = 0660;                                         // who may write to it may ask
  // [example]
  options.port = 0;
  options.more_addresses.front().unix_socket = folder.path("metrics.sock");
  const Endpoint endpoint{registry, options};

  EXPECT_THAT(ask("--unix-socket " + folder.path("metrics.sock")), HasSubstr("200 OK"));
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 0);  // 127.0.0.1 is in no allowed network
}

TEST_F(EndpointPlacesTest, ListensInSeveralPlaces) {
  EndpointOptions options{.port = 0};
  const auto name = "vitals-test-" + std::to_string(getpid());
  options.more_addresses = {
      {.unix_socket = folder.path("a.sock")}, {.unix_socket = "@" + name}, {.address = "127.0.0.2"}};
  Endpoint endpoint{registry, options};

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
  EXPECT_THAT(ask("--unix-socket " + folder.path("a.sock")), HasSubstr("200 OK"));
  EXPECT_THAT(ask("--abstract-unix-socket " + name), HasSubstr("200 OK"));

  endpoint.stop();

  EXPECT_EQ(ask("--unix-socket " + folder.path("a.sock")), "");
  EXPECT_EQ(ask("--abstract-unix-socket " + name), "");
}

TEST_F(EndpointPlacesTest, TakesTheSocketsOfSystemd) {
  EndpointOptions options;
  options.systemd_sockets = true;
  EXPECT_THAT(refusal(options), HasSubstr("has no sockets of systemd"));

  const pid_t child = fork();
  if (child == 0) {
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in any{};
    any.sin_family = AF_INET;
    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listening, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 || listen(listening, 8) != 0) _exit(2);
    if (listening != 3 && dup2(listening, 3) != 3) _exit(3);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "1", 1);
    Registry own;
    const Endpoint endpoint{own, options};
    _exit(endpoint.port() != 0 && get(endpoint.port(), "/metrics").status == 200 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST_F(EndpointPlacesTest, AListenerThatDiedIsOpenedAnew) {
  Endpoint endpoint{registry, {.port = 0}};
  int listening = -1;
  for (int fd = 0; fd < 1'024 && listening < 0; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0) listening = fd;
  }
  ASSERT_GE(listening, 0);

  ASSERT_EQ(shutdown(listening, SHUT_RDWR), 0);

  EXPECT_TRUE(eventually([&] {
    return folder.run("curl -s http://127.0.0.1:" + std::to_string(endpoint.port()) + "/-/healthy").status == 0;
  }));
  EXPECT_EQ(sample(to_text(registry), "vitals_endpoint_listener_failures_total"), 1);
}

TEST_F(EndpointPlacesTest, ServesPagesOfTheProgram) {
  EndpointOptions options{.port = 0};
  options.pages = {
      {"/version",
       [](std::string_view query) {
         return EndpointAnswer{.content_type = "application/json", .body = '"' + std::string{query} + '"'};
       }},
      {"/throws", [](std::string_view) -> EndpointAnswer { throw std::runtime_error{"secret"}; }},
      {"/splits", [](std::string_view) { return EndpointAnswer{.content_type = "a\r\nX-Injected: b"}; }},
  };
  const Endpoint endpoint{registry, options};

  const auto answer = get(endpoint.port(), "/version?a=1");
  EXPECT_EQ(answer.body, "\"a=1\"");
  EXPECT_EQ(answer.header("Content-Type"), "application/json");
  EXPECT_EQ(get(endpoint.port(), "/throws").status, 500);
  EXPECT_EQ(get(endpoint.port(), "/throws").body, "Internal Server Error\n");
  EXPECT_EQ(get(endpoint.port(), "/splits").status, 500);
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
}

TEST_F(EndpointPlacesTest, SaysWhyItIsNotHealthy) {
  std::atomic<bool> healthy{true};
  EndpointOptions options{.port = 0};
  options.health = [&] { return healthy ? "" : std::string{"no database\nsecond line"}; };
  const Endpoint endpoint{registry, options};

  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);
  healthy = false;
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 503);
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").body, "no database\n");
}

TEST_F(EndpointPlacesTest, AFunctionThatHangsHoldsUpNoScrapeAndNotTheEnd) {
  std::atomic<bool> done{false};
  EndpointOptions options{.port = 0, .collector_timeout = 100ms};
  options.pages = {{"/hangs", [&](std::string_view) {
                      while (!done) sleep_briefly();
                      return EndpointAnswer{};
                    }}};
  Endpoint endpoint{registry, options};

  EXPECT_EQ(get(endpoint.port(), "/hangs").status, 503);
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
  const auto start = std::chrono::steady_clock::now();
  endpoint.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  done = true;
  std::this_thread::sleep_for(50ms);
}

TEST_F(EndpointPlacesTest, TellsEachRequest) {
  std::mutex mutex;
  std::vector<std::string> lines;
  EndpointOptions options{.port = 0};
  options.on_request = [&](const EndpointRequest& request) {
    const std::lock_guard lock{mutex};
    lines.push_back(std::string{request.client} + ' ' + std::string{request.method} + ' ' + std::string{request.path} +
                    ' ' + std::to_string(request.status));
  };
  const Endpoint endpoint{registry, options};
  (void)get(endpoint.port(), "/-/ready?secret=1");
  (void)get(endpoint.port(), "/<script>");
  (void)request(endpoint.port(), "nonsense\r\n\r\n");

  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock{mutex};
    return lines.size() == 3;
  }));
  EXPECT_THAT(lines, ElementsAre("127.0.0.1 GET /-/ready 200", "127.0.0.1 GET  404", "127.0.0.1   400"));
}

TEST_F(EndpointPlacesTest, KeepsItsOwnMetricsToItself) {
  EndpointOptions options{.port = 0};
  options.self_metrics = false;
  const Endpoint endpoint{registry, options};

  EXPECT_EQ(get(endpoint.port(), "/metrics").body, "");
}

}  // namespace
}  // namespace vitals::testing
