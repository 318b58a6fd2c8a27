#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Endpoint, ClientThatLeavesRaisesNoSigpipe) {
  Registry registry;
  auto& family = registry.counter("filler_total", "Large.", {"text"});
  for (int i = 0; i < 3'000; ++i) family.with(std::string(900, 'x') + std::to_string(i)).inc();
  ASSERT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL) << "something changed the disposition";
  const Endpoint endpoint{registry, {.port = 0}};
  for (int i = 0; i < 20; ++i) {
    RawConnection client{endpoint.port(), 4'096};
    client.send(kGet);
    if (i % 2 == 0) (void)client.is_closed_within(20ms);
    client.reset();
  }

  // While scrapes for those who left are in the works, others are told to come back: 503.
  EXPECT_TRUE(eventually([&] { return get(endpoint.port(), "/metrics").status == 200; }));
  EXPECT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL);
}

TEST(Endpoint, AnotherProgramInheritsNoSocket) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};
  RawConnection client{endpoint.port()};
  client.send(kGet);
  ASSERT_EQ(client.read_answer().status, 200);

  const std::unique_ptr<FILE, int (*)(FILE*)> ls{popen("exec ls -l /proc/self/fd", "r"), pclose};
  std::string listing;
  char line[512];
  while (fgets(line, sizeof line, ls.get()) != nullptr) listing += line;
  EXPECT_THAT(listing, HasSubstr("->"));
  // The test's own sockets are close-on-exec too; what runs the tests may have left us others, but no TCP ones of ours.
  std::ifstream tcp{"/proc/net/tcp"};
  char hex[8];
  std::snprintf(hex, sizeof hex, ":%04X", endpoint.port());
  std::string entry;
  int seen = 0;
  while (std::getline(tcp, entry)) {
    if (entry.find(hex) == std::string::npos) continue;
    ++seen;
    std::istringstream fields{entry};
    std::string inode;
    for (int i = 0; i < 10; ++i) fields >> inode;
    EXPECT_THAT(listing, ::testing::Not(HasSubstr("socket:[" + inode + "]"))) << entry;
  }
  EXPECT_GE(seen, 3);  // the listener and both ends of the connection
}

TEST(Endpoint, ForkedChildServesNothingAndHoldsNothing) {
  Registry registry;
  auto endpoint = std::make_unique<Endpoint>(registry, EndpointOptions{.port = 0});
  const std::uint16_t port = endpoint->port();
  RawConnection client{port};
  client.send(kGet);
  ASSERT_EQ(client.read_answer().status, 200);

  int alive[2];
  ASSERT_EQ(pipe(alive), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(alive[1]);
    endpoint->stop();
    endpoint.reset();
    char byte = 0;
    (void)!read(alive[0], &byte, 1);  // lives until the parent has looked
    _exit(0);
  }
  close(alive[0]);

  EXPECT_EQ(get(port, "/metrics").status, 200);
  endpoint.reset();
  EXPECT_TRUE(client.is_closed_within(2s));
  EXPECT_THROW(RawConnection{port}, std::system_error);
  const Endpoint successor{registry, {.port = port}};
  EXPECT_EQ(get(port, "/metrics").status, 200);
  close(alive[1]);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

// Takes every descriptor that the process may still have.
std::vector<int> take_descriptors(rlimit& before) {
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit limit = before;
  limit.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &limit);
  std::vector<int> taken;
  for (int fd = 0; (fd = dup(0)) >= 0;) taken.push_back(fd);
  return taken;
}

// Runs alone in its process: the limit would starve the test runner.
int run_out_of_descriptors() {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};
  std::vector<int> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit limit{};
  const auto taken = take_descriptors(limit);

  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(endpoint.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const int client : clients) {
    if (connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return 1;
  }
  const auto cpu = std::clock();
  for (const int client : clients) {  // all of them learn that they are turned away
    char byte = 0;
    pollfd ready{client, POLLIN, 0};
    if (poll(&ready, 1, 10'000) != 1 || recv(client, &byte, 1, 0) > 0) return 2;
  }
  if (static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC > 0.2) return 3;  // it waits, rather than turns

  for (const int fd : taken) close(fd);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (sample(to_text(registry), "vitals_connections_dropped_total{reason=\"descriptors\"}") < 5) return 4;
  return get(endpoint.port(), "/metrics").status == 200 ? 0 : 5;
}

TEST(EndpointDeathTest, OutOfDescriptorsItWaitsAndRecovers) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(_exit(run_out_of_descriptors()), ::testing::ExitedWithCode(0), "");
}

// Statics are destroyed in the order against that of their making: the endpoint, then the token of the callback.
[[noreturn]] void end_while_a_callback_hangs(std::chrono::milliseconds collector_timeout) {
  static Registry registry;
  static const CollectorToken token = registry.gauge_callback("hung", "Hangs.", [] {
    for (;;) pause();
    return 1.0;
  });
  static const Endpoint endpoint{registry, {.port = 0, .collector_timeout = collector_timeout}};
  const auto answer = get(endpoint.port(), "/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 0.5\r\n");
  std::exit(sample(answer.body, "hung") == -1 ? 0 : 1);
}

TEST(EndpointDeathTest, TheEndOfTheProcessWaitsForNoHungCallback) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(end_while_a_callback_hangs(50ms), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(end_while_a_callback_hangs(1h), ::testing::ExitedWithCode(0), "");
}

// What a thrown exception is called, and what the thread is left to, are the program's own.
TEST(Endpoint, SurvivesCallbacksThatThrowNothingKnownOrEndTheirThread) {
  struct Silent : std::exception {
    const char* what() const noexcept override { return nullptr; }
  };
  std::atomic<int> told{0};
  Registry registry{{.on_collector_error = [&](std::string_view) { ++told; }}};
  const auto silent = registry.gauge_callback("silent", "Throws.", []() -> double { throw Silent{}; });
  const auto ends = registry.gauge_callback("ends", "Ends its thread.", []() -> double { pthread_exit(nullptr); });
  const auto good = registry.gauge_callback("well", "Comes after both.", [] { return 1.0; });
  const Endpoint endpoint{registry, {.port = 0}};

  for (int i = 1; i <= 3; ++i) {
    EXPECT_EQ(sample(get(endpoint.port(), "/metrics").body, "well"), 1);
    EXPECT_TRUE(eventually([&] { return told == 2 * i; }));
  }
}

}  // namespace
}  // namespace vitals::testing
