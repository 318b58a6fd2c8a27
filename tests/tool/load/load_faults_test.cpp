// vitals load and servers that do not answer as they should.
#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tool/load/counting_server.hpp"
#include "tool/load/load_testing.hpp"
#include "tool/load/raw_server.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;

TEST(LoadFaults, BadAnswersAreErrorsAndTheLoadGoesOn) {
  ScriptedServer server([](int number, const std::string&) -> std::optional<std::string> {
    switch (number % 5) {
      case 0:
        return "SSH-2.0-OpenSSH_9.2p1\r\n\r\n";
      case 1:
        return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
      case 2:
        return "";
      case 3:
        return "HTTP/1.1 200 OK\r\n\r\n\xff\xfe no length";
      default:
        return closing("good");
    }
  });

  const auto result = run_tool({"load", "--url", server.url(), "--rate", "100", "--duration", "500ms", "--connections",
                                "1", "--format", "json"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(outcomes_of(json_of(result)),
            (json{{"200", 20}, {"an answer that is not HTTP/1", 10}, {"connection lost", 20}}));
}

TEST(LoadFaults, AServerThatDoesNotAnswerTimesOut) {
  ScriptedServer server([](int number, const std::string&) -> std::optional<std::string> {
    if (number % 2 == 0) return std::nullopt;
    return closing("good");
  });

  const auto result = run_tool({"load", "--url", server.url(), "--rate", "20", "--duration", "200ms", "--timeout",
                                "100ms", "--connections", "1", "--format", "json"});

  EXPECT_EQ(result.status, 1);
  const auto outcomes = outcomes_of(json_of(result));
  EXPECT_GE(outcomes.value("timeout", 0), 1) << outcomes;
  EXPECT_GE(outcomes.value("200", 0), 1) << outcomes;
}

TEST(LoadFaults, ABodyTooLargeToCheckIsAnError) {
  const std::string body(std::size_t{20} << 20, 'x');
  ScriptedServer server([&](int, const std::string&) { return closing(body); });
  const auto file =
      scenario_file(base_of(server), "rate: 10/s\nduration: 100ms\nrequests: [{request: GET /, expect: {body: y}}]\n");

  const auto result = run_tool({"load", "--scenario", file, "--format", "json"});

  EXPECT_EQ(outcomes_of(json_of(result)), (json{{"an answer too large to check", 1}}));
}

// The most memory that a process has had, in KiB.
long most_memory_of(pid_t process) {
  const auto status = read_text("/proc/" + std::to_string(process) + "/status");
  const auto at = status.find("VmHWM:");
  return at == status.npos ? 0 : std::stol(status.substr(at + 6));
}

TEST(LoadFaults, AHugeBodyTakesNoMemory) {
  constexpr std::size_t kPieces = 64;
  std::atomic<pid_t> process{0};
  std::atomic<long> before{0};
  std::atomic<long> after{0};
  const RawServer server([&](int connection) {
    if (!read_head(connection)) return;
    while (process == 0) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    const std::string piece(std::size_t{1} << 20, 'x');
    send_raw(connection,
             "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kPieces * piece.size() + 1) + "\r\n\r\n");
    send_raw(connection, piece);
    before = most_memory_of(process);
    for (std::size_t i = 1; i < kPieces; ++i) send_raw(connection, piece);
    after = most_memory_of(process);
    send_raw(connection, "x");
  });
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);

  process = start_tool({"load", "--url", server.url(), "--rate", "10", "--duration", "100ms"}, null, null, null);

  EXPECT_EQ(wait_for(process), 0);
  ::close(null);
  EXPECT_GT(before, 0);
  EXPECT_LT(after - before, 16 << 10) << before;
}

TEST(LoadFaults, AServerThatIsNotThereIsCounted) {
  std::string url;
  {
    const CountingServer gone;
    url = gone.url();
  }

  for (const auto* how : {"--rate", "--users"}) {
    const auto result = run_tool({"load", "--url", url, how, "10", "--duration", "300ms", "--format", "json"});
    EXPECT_EQ(result.status, 1);
    const auto report = json_of(result);
    EXPECT_EQ(outcomes_of(report), (json{{"no connection: Connection refused", report["all"]["requests"]}}));
    EXPECT_LE(report["all"]["requests"], 30) << how;
    EXPECT_TRUE(report["all"]["p50_seconds"].is_null());
  }
}

TEST(LoadFaults, TlsToAServerWithoutItIsAnError) {
  const RawServer server([](int connection) { send_raw(connection, "HTTP/1.1 400 Bad Request\r\n\r\n"); });

  const auto result =
      run_tool({"load", "--url", server.url("https"), "--rate", "10", "--duration", "200ms", "--format", "json"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(outcomes_of(json_of(result)), (json{{"no TLS", 2}}));
}

TEST(LoadFaults, AnAnswerThatNeverEndsTimesOut) {
  // It comes faster than it can be read, and so there always is more; but not forever, should nobody give it up.
  const RawServer server([](int connection) {
    std::string chunks;
    while (chunks.size() < 1'000'000) chunks += "1\r\nx\r\n";
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    send_raw(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (send_raw(connection, chunks) && std::chrono::steady_clock::now() < end) continue;
  });

  const auto result = run_tool({"load", "--url", server.url(), "--rate", "10", "--duration", "200ms", "--timeout",
                                "500ms", "--connections", "1", "--format", "json"});

  EXPECT_EQ(result.status, 1);
  EXPECT_GE(outcomes_of(json_of(result)).value("timeout", 0), 1) << result.out;
  EXPECT_LT(json_of(result)["seconds"], 15);
}

}  // namespace
}  // namespace vitals::tool
