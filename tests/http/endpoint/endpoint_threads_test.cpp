#include <atomic>
#include <chrono>
#include <csignal>
#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

// The lines of this process's threads with that name in /proc/self/task/*/status that begin with key.
std::string thread_status(const std::string& name, const std::string& key) {
  const std::unique_ptr<DIR, int (*)(DIR*)> tasks{opendir("/proc/self/task"), closedir};
  while (const dirent* task = readdir(tasks.get())) {
    std::ifstream file{std::string{"/proc/self/task/"} + task->d_name + "/status"};
    std::string line;
    bool is_named = false;
    while (std::getline(file, line)) {
      is_named = is_named || line == "Name:\t" + name;
      if (is_named && line.starts_with(key)) return line.substr(key.size() + 1);
    }
  }
  return "(none)";
}

TEST(Endpoint, StopEndsItForGoodAndMayBeRepeated) {
  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
  std::deque<RawConnection> hanging;
  for (int i = 0; i < 10; ++i) {
    hanging.emplace_back(endpoint.port());
    hanging.back().send("GET /metrics HTTP/1.1\r\n");
  }
  ASSERT_EQ(get(endpoint.port(), "/metrics").status, 200);

  const auto start = Clock::now();
  std::thread beside{[&] { endpoint.stop(); }};
  endpoint.stop();
  beside.join();
  endpoint.stop();

  EXPECT_LT(Clock::now() - start, 4s);
  for (auto& client : hanging) EXPECT_TRUE(client.is_closed_within(1s));
  EXPECT_THROW(RawConnection{endpoint.port()}, std::system_error);
  const Endpoint successor{registry, {.port = endpoint.port()}};
  EXPECT_EQ(get(successor.port(), "/metrics").status, 200);
}

TEST(Endpoint, StopLetsAnswersUnderWayEnd) {
  Registry registry;
  std::atomic<bool> arrived{false};
  std::atomic<bool> open{false};
  const auto token = registry.gauge_callback("slow", "Slow.", [&] {
    arrived = true;
    while (!open) sleep_briefly();
    return 1.0;
  });
  Endpoint endpoint{registry, {.port = 0, .live_page = false}};
  RawConnection client{endpoint.port()};
  client.send(kGet);
  ASSERT_TRUE(eventually([&] { return arrived.load(); }));

  std::thread stopper{[&] { endpoint.stop(); }};
  std::this_thread::sleep_for(100ms);
  open = true;
  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(client.is_closed_within(3s));
  stopper.join();
}

TEST(Endpoint, HungCallbackDelaysStopByItsLimitOnly) {
  std::atomic<bool> arrived{false};
  std::atomic<bool> open{false};
  std::atomic<bool> left{false};
  std::optional<CollectorToken> token;
  {
    Registry registry;
    token.emplace(registry.gauge_callback("hung", "Hung.", [&] {
      arrived = true;
      while (!open) sleep_briefly();
      left = true;
      return 1.0;
    }));
    Endpoint endpoint{registry, {.port = 0, .stop_timeout = 500ms}};
    RawConnection client{endpoint.port()};
    client.send(kGet);
    ASSERT_TRUE(eventually([&] { return arrived.load(); }));

    const auto start = Clock::now();
    endpoint.stop();
    EXPECT_LT(Clock::now() - start, 3s);
    EXPECT_TRUE(client.is_closed_within(1s));
  }
  // Endpoint and registry are gone; the thread that was left behind still ends well.
  open = true;
  EXPECT_TRUE(eventually([&] { return left.load(); }));
  token.reset();
  EXPECT_TRUE(eventually([] { return thread_status("vitals-gather", "Pid:") == "(none)"; }));
}

TEST(Endpoint, CallbackMayStopTheEndpoint) {
  Registry registry;
  std::atomic<bool> stopped{false};
  std::unique_ptr<Endpoint> endpoint;
  const auto token = registry.gauge_callback("stops", "Stops the endpoint that asks for it.", [&] {
    endpoint->stop();
    stopped = true;
    return 1.0;
  });
  endpoint = std::make_unique<Endpoint>(registry, EndpointOptions{.port = 0, .stop_timeout = 300ms});
  RawConnection client{endpoint->port()};
  client.send(kGet);

  EXPECT_TRUE(eventually([&] { return stopped.load(); }));
  EXPECT_TRUE(eventually([] { return thread_status("vitals-gather", "Pid:") == "(none)"; }));
}

TEST(Endpoint, ItsThreadsTakeNoSignals) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};
  ASSERT_TRUE(eventually([] {
    return thread_status("vitals-http", "SigBlk:") != "(none)" && thread_status("vitals-gather", "SigBlk:") != "(none)";
  }));

  for (const auto* name : {"vitals-http", "vitals-gather"}) {
    const auto blocked = std::stoull(thread_status(name, "SigBlk:"), nullptr, 16);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD, SIGPIPE, SIGALRM}) {
      EXPECT_TRUE(blocked & (1ULL << (signal - 1))) << name << ' ' << signal;
    }
  }
  sigset_t own;
  pthread_sigmask(SIG_SETMASK, nullptr, &own);
  EXPECT_FALSE(sigismember(&own, SIGTERM));
}

}  // namespace
}  // namespace vitals::testing
