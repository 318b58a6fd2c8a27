// --watch: judged again and again, until Ctrl-C.
#include <csignal>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// A service that answers a thousand requests between two scrapes, of which so many fail; while it is down, it fails.
class Service {
 public:
  using Failures = int (*)(int number);

  explicit Service(Failures failures)
      : server_([this, failures](int number, const std::string&) -> std::string {
          const int bad = failures(number);
          if (bad < 0) return "HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n";
          good_ += 1000 - bad;
          bad_ += bad;
          return http_ok("process_start_time_seconds 7\n# TYPE c_total counter\nc_total{status=\"200\"} " +
                         std::to_string(good_) + "\nc_total{status=\"500\"} " + std::to_string(bad_) + "\n");
        }) {}

  [[nodiscard]] std::string url() const { return server_.url(); }
  /// Also until the process ends, as then there will be no more.
  void wait_for_requests(int n, pid_t process) const {
    siginfo_t ended{};
    while (server_.requests() < n && ended.si_pid == 0) {
      ::waitid(P_PID, static_cast<id_t>(process), &ended, WEXITED | WNOHANG | WNOWAIT);
      std::this_thread::yield();
    }
  }

 private:
  int good_ = 0;
  int bad_ = 0;
  ScriptedServer server_;
};

/// Watches until the service was asked `n` times, then Ctrl-C.
ToolResult watch(const Service& service, int n, std::vector<std::string> more = {},
                 const std::string& duration = "15ms") {
  const auto config = temporary_file(
      "watch.yml", "targets: [{name: t, measure: ratio, of: c_total, part: {status: 5*}, below: 1%, critical: 10%}]\n");
  std::vector<std::string> arguments{"check",      "--url",  service.url(), "--watch", "10ms",
                                     "--duration", duration, "--config",    config};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto out = temporary_file("watch.out", "");
  const auto err = temporary_file("watch.err", "");
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out_file = ::open(out.c_str(), O_WRONLY | O_CLOEXEC);
  const int err_file = ::open(err.c_str(), O_WRONLY | O_CLOEXEC);
  const pid_t process = start_tool(arguments, null, out_file, err_file);
  service.wait_for_requests(n, process);
  ::kill(process, SIGINT);
  const int status = wait_for(process);
  for (const int file : {null, out_file, err_file}) ::close(file);
  return {status, read_text(out), read_text(err)};
}

TEST(Watch, JudgesUntilCtrlCAndAppendsWhereThereIsNoTerminal) {
  const Service service([](int) { return 0; });

  const auto result = watch(service, 6);

  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_THAT(result.out,
              testing::ContainsRegex("^20[0-9-]+ [0-9:]+ UTC\nhttp://127.0.0.1:[0-9]+/metrics over [0-9.]+ s, "));
  EXPECT_THAT(result.out, HasSubstr("\n\n20"));
  EXPECT_THAT(result.out, HasSubstr("windows; the worst whole one was ok\n"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Watch, StatusIsThatOfTheWorstWindow) {
  const Service warned([](int number) { return number == 4 ? 50 : 0; });
  const auto result = watch(warned, 9);
  EXPECT_EQ(result.status, 1) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("the worst whole one was warning"));

  const Service forgiven([](int number) { return number == 4 ? 50 : 0; });
  EXPECT_EQ(watch(forgiven, 9, {"--fail-on", "critical"}).status, 0);
}

TEST(Watch, ScrapeThatFailsIsUnknownAndNotTheEnd) {
  const Service service([](int number) { return number == 3 ? -1 : 0; });

  const auto result = watch(service, 9);

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("answered with HTTP status 503"));
  const auto failed = result.out.find("503");
  EXPECT_THAT(result.out.substr(failed), HasSubstr(" ok"));
}

TEST(Watch, BeforeAWindowIsWholeNothingIsShown) {
  const Service service([](int) { return 0; });

  const auto result = watch(service, 2, {}, "9s");

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, HasSubstr("the worst whole one was unknown\n"));
}

TEST(Watch, ReportsAreOfTheLastJudgement) {
  const Service service([](int) { return 0; });
  const auto file = temporary_file("watched.json", "what was there");

  const auto result = watch(service, 6, {"--report", "json=" + file, "--format", "json"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(read_text(file), StartsWith("{\"source\": \"http://127.0.0.1:"));
  EXPECT_THAT(result.out, HasSubstr("\n]}\n{\"source\""));
}

TEST(Watch, FilesCantBeWatched) {
  const auto result =
      run_tool({"check", "--before", "before.prom", "--after", "after.prom", "--watch", "5s", "--duration", "30s"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("--watch needs --url or --prometheus: files don't change"));
}

TEST(Watch, WindowHoldsABoundedNumberOfScrapes) {
  const auto result = run_tool({"check", "--url", "http://127.0.0.1:1/", "--watch", "1s", "--duration", "1h"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, HasSubstr("--watch 1s: more than 1000 scrapes lie in --duration 1h"));
}

// Each of the scrapes has a megabyte of labels that no compression makes small, and the window has a thousand of them.
TEST(Watch, WindowHoldsABoundedNumberOfBytes) {
  std::mt19937_64 random(3);
  std::string body = "# TYPE c_total counter\n";
  for (int i = 0; i < 20'000; ++i) {
    body += "c_total{id=\"";
    for (int k = 0; k < 3; ++k) body += std::to_string(random());
    body += "\"} 1\n";
  }
  const ScriptedServer server([&](int, const std::string&) { return http_ok(body); });

  const auto result = run_tool({"check", "--url", server.url(), "--watch", "1s", "--duration", "1000s"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, testing::ContainsRegex(
                              "--watch 1s: the 1002 scrapes of --duration 1000s would take more than 256 MiB, as one "
                              "takes [0-9]+ KiB though it is compressed; take a longer time between them"));
}

}  // namespace
}  // namespace vitals::tool
