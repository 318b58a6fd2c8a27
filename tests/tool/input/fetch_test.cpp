// Scrapes over HTTP, most of them of servers that behave badly.
#include "tool/input/fetch.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::string fetch_error(const std::string& url, std::chrono::milliseconds timeout = 5s) {
  try {
    fetch_exposition(url, timeout);
  } catch (const FetchError& error) {
    return error.what();
  }
  return "no error";
}

std::string answered_with(const std::string& answer) {
  const ScriptedServer server([&](int, const std::string&) { return answer; });
  return fetch_error(server.url());
}

TEST(FetchExposition, AsksAsPrometheusDoesAndGivesTheBody) {
  std::string request;
  const ScriptedServer server([&](int, const std::string& header) {
    request = header;
    return http_ok("a 1\n");
  });

  EXPECT_EQ(fetch_exposition(server.url(), 5s).body, "a 1\n");
  EXPECT_EQ(server.requests(), 1);
  EXPECT_THAT(request, HasSubstr("GET /metrics HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept: application/vnd.google.protobuf;"));
  EXPECT_THAT(request, HasSubstr("text/plain;version=0.0.4;q=0.3"));
  EXPECT_THAT(request, HasSubstr("Accept-Encoding: gzip\r\n"));
}

TEST(FetchExposition, Decompresses) {
  const auto body = gzipped("printf 'a 1\\nb 2\\n'");
  const ScriptedServer server(
      [&](int, const std::string&) { return http_ok(body, "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n"); });

  EXPECT_EQ(fetch_exposition(server.url(), 5s).body, "a 1\nb 2\n");
}

// libcurl takes these as whole, or a stream of two members as damaged; Prometheus does not.
TEST(FetchExposition, KnowsAWholeGzipStream) {
  const auto gzip_header = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";
  const auto first = gzipped("printf 'a 1\\n'");
  const auto second = gzipped("printf 'b 2\\n'");
  const ScriptedServer server([&](int, const std::string&) { return http_ok(first + second, gzip_header); });
  EXPECT_EQ(fetch_exposition(server.url(), 5s).body, "a 1\nb 2\n");

  auto damaged = first;
  damaged[damaged.size() - 8] ^= 1;  // the checksum
  for (const auto& stream : {first.substr(0, first.size() - 4), first.substr(0, first.size() - 8), damaged, first + "x",
                             first + second.substr(0, 10), std::string{}}) {
    EXPECT_THAT(answered_with(http_ok(stream, gzip_header)),
                HasSubstr("the gzip stream is cut off, damaged or followed by something else"));
  }
}

TEST(FetchExposition, RefusesAnEncodingThatItDidNotAskFor) {
  EXPECT_THAT(answered_with(http_ok("a 1\n", "Content-Encoding: br\r\n")),
              HasSubstr("answered with Content-Encoding br, asked for gzip or none"));
  EXPECT_EQ(answered_with(http_ok("a 1\n", "Content-Encoding: identity\r\n")), "no error");
}

TEST(FetchExposition, DoesNotUseAProxyOfTheEnvironment) {
  const ScriptedServer server([&](int, const std::string&) { return http_ok("a 1\n"); });
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);

  EXPECT_EQ(fetch_exposition(server.url(), 5s).body, "a 1\n");

  ::unsetenv("http_proxy");
}

TEST(FetchExposition, RefusesAnswersThatAreNoMetrics) {
  EXPECT_THAT(answered_with("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
              HasSubstr("answered with HTTP status 404"));
  EXPECT_THAT(answered_with("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
              HasSubstr("302"));
  EXPECT_THAT(answered_with(http_ok("{}", "Content-Type: application/json\r\n")),
              HasSubstr("answered with application/json"));
  EXPECT_EQ(answered_with(http_ok("a 1\n", "")), "no error");
  EXPECT_THAT(answered_with("\x16\x03\x01\x02garbage\r\n\r\n"), HasSubstr("HTTP/0.9"));
  EXPECT_NE(answered_with(""), "no error");
  EXPECT_NE(answered_with("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na 1\n"), "no error");
  EXPECT_NE(answered_with(http_ok("not gzip", "Content-Encoding: gzip\r\n")), "no error");
}

TEST(FetchExposition, NamesTheAddressToTryWhereItMetAWebPage) {
  const ScriptedServer server([](int, const std::string&) {
    return http_ok("\n<!doctype HTML>\n<title>page</title>\n", "Content-Type: text/html\r\n");
  });
  const auto host = server.url().substr(0, server.url().rfind('/'));

  EXPECT_EQ(fetch_error(host + "/x?y=1#z"), host + "/x?y=1#z is a web page and no metrics; try " + host + "/metrics");
  EXPECT_EQ(fetch_error("http://me:secret@" + host.substr(host.rfind('/') + 1)),
            host + "/ is a web page and no metrics; try " + host + "/metrics");
  EXPECT_EQ(fetch_error(host + "/metrics"), host + "/metrics is a web page and no metrics");
}

TEST(FetchExposition, GivesUpOnASilentServer) {
  const ScriptedServer server([](int, const std::string&) { return std::nullopt; });
  const auto start = std::chrono::steady_clock::now();

  EXPECT_THAT(fetch_error(server.url(), 300ms), HasSubstr("timed out"));
  EXPECT_LT(std::chrono::steady_clock::now() - start, 60s);
}

TEST(FetchExposition, LimitsTheBodyAfterDecompression) {
  const auto bomb = gzipped("head -c 70000000 /dev/zero");
  ASSERT_LT(bomb.size(), 1'000'000U);
  const ScriptedServer server([&](int, const std::string&) { return http_ok(bomb, "Content-Encoding: gzip\r\n"); });

  EXPECT_THAT(fetch_error(server.url(), 60s), HasSubstr("answered with more than 64 MiB"));
}

TEST(FetchExposition, ReachesNoOtherProtocol) {
  EXPECT_NE(fetch_error("file:///etc/passwd"), "no error");
  EXPECT_NE(fetch_error("gopher://127.0.0.1:1/"), "no error");
  EXPECT_NE(fetch_error("http://"), "no error");
}

TEST(WithoutCredentials, RemovesUserAndPassword) {
  EXPECT_EQ(without_credentials("http://me:secret@127.0.0.1:9464/metrics"), "http://127.0.0.1:9464/metrics");
  EXPECT_EQ(without_credentials("127.0.0.1:9464/metrics"), "http://127.0.0.1:9464/metrics");
  EXPECT_EQ(without_credentials("http://me:secret@[::1"), "the URL");
}

TEST(CheckUrl, ScrapesTwiceAndJudgesTheDifference) {
  const auto before = read_text(data_folder() + "/before.prom");
  const auto after = read_text(data_folder() + "/after.prom");
  const ScriptedServer server([&](int number, const std::string&) { return http_ok(number == 0 ? before : after); });

  const auto result = run_tool({"check", "--url", server.url(), "--duration", "200ms"});

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(server.requests(), 2);
  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, testing::StartsWith(server.url() + " over "));
  EXPECT_THAT(result.out, HasSubstr("ok: 8 ok"));
}

TEST(CheckUrl, UnreachableServerIsUnknown) {
  const auto result = run_tool({"check", "--url", "http://127.0.0.1:1/metrics", "--duration", "1h"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("vitals check: http://127.0.0.1:1/metrics: "));
}

TEST(CheckUrl, ServerThatAnswersGarbageIsUnknown) {
  const ScriptedServer server([](int, const std::string&) { return http_ok("a 1\n\x1b[2J\n"); });

  const auto result = run_tool({"check", "--url", server.url(), "--duration", "1h"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err,
              HasSubstr("is not the Prometheus text format: line 2: expected a metric name, found '\\x1b[2J'"));
}

TEST(CheckUrl, ServerThatDiesBetweenTheScrapesIsUnknown) {
  const auto before = read_text(data_folder() + "/before.prom");
  const ScriptedServer server(
      [&](int number, const std::string&) { return number == 0 ? http_ok(before) : std::string{}; });

  const auto result = run_tool({"check", "--url", server.url(), "--duration", "100ms"});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "");
}

TEST(CheckUrl, InterruptEndsItAtOnceWithStatus130) {
  const auto before = read_text(data_folder() + "/before.prom");
  const ScriptedServer server([&](int, const std::string&) { return http_ok(before); });
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  const auto url = server.url();

  const pid_t process = start_tool({"check", "--url", url, "--duration", "1h"}, null, null, null);
  while (server.requests() == 0) std::this_thread::sleep_for(5ms);
  ::kill(process, SIGINT);

  EXPECT_EQ(wait_for(process), 130);
  ::close(null);
}

}  // namespace
}  // namespace vitals::tool
