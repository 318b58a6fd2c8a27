#include <atomic>
#include <barrier>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
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
using ::testing::AllOf;
using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

// The status that a child ends with which runs work: its result, or 100 + the signal that ended it.
template <class Work>
int in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

struct Refusal {
  std::string what;
  std::error_code code;
};

Refusal refusal(const EndpointOptions& options) {
  Registry registry;
  try {
    const Endpoint endpoint{registry, options};
  } catch (const std::system_error& error) {
    return {error.what(), error.code()};
  } catch (const std::invalid_argument& error) {
    return {error.what(), {}};
  }
  return {"nothing thrown", {}};
}

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

TEST(Endpoint, ServesItsPages) {
  Registry registry;
  registry.counter("a_total", "A.").inc(3);
  const Endpoint endpoint{registry, {.address = "127.0.0.1", .port = 0}};

  const Answer metrics = get(endpoint.port(), "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_EQ(metrics.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
  EXPECT_EQ(metrics.header("Cache-Control"), "no-store");
  EXPECT_EQ(metrics.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(metrics.header("Server"), "(none)");
  EXPECT_EQ(sample(metrics.body, "a_total"), 3);

  const Answer index = get(endpoint.port(), "/");
  EXPECT_EQ(index.status, 200);
  EXPECT_EQ(index.header("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(index.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(index.body,
              AllOf(HasSubstr("href=\"/metrics\""), HasSubstr("href=\"/-/healthy\""), HasSubstr("href=\"/-/ready\"")));
}

TEST(Endpoint, ServesTheFamiliesThatAreAskedFor) {
  Registry registry;
  registry.counter("a_total", "A.").inc();
  registry.gauge("b", "B.").set(2);
  registry.gauge("c", "C.").set(3);
  Endpoint endpoint{registry, {.port = 0}};
  std::string many = "/metrics?x";
  for (int i = 0; i < 129; ++i) many += "&name[]=b";

  EXPECT_EQ(get(endpoint.port(), "/metrics?name[]=a_total&name%5B%5D=b").body,
            "# HELP a_total A.\n# TYPE a_total counter\na_total 1\n# HELP b B.\n# TYPE b gauge\nb 2\n");
  const Answer none = get(endpoint.port(), "/metrics?name[]=unknown");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(none.body, "");
  EXPECT_THAT(get(endpoint.port(), "/metrics?debug=%zz").body, HasSubstr("\nc 3\n"));
  const Answer refused = get(endpoint.port(), many);
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(refused.body, "name[]: more than 128 names; ask for some of them at a time\n");
}

TEST(Endpoint, AFaultyQueryDoesNotEndTheConnection) {
  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection client{endpoint.port()};

  client.send("GET /metrics?name[]=% HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 400);

  client.send(kGet);
  EXPECT_EQ(client.read_answer().status, 200);
}

TEST(Endpoint, ReadyCanBeToggled) {
  Registry registry;
  Endpoint endpoint{registry, {.port = 0}};
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 200);

  endpoint.set_ready(false);
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 503);
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);

  endpoint.set_ready(true);
  EXPECT_EQ(get(endpoint.port(), "/-/ready").status, 200);
}

TEST(Endpoint, ReportsOnItself) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0}};
  (void)get(endpoint.port(), "/metrics");
  const Answer answer = get(endpoint.port(), "/metrics");

  EXPECT_EQ(sample(answer.body, "vitals_scrapes_total{result=\"ok\"}"), 1);
  EXPECT_EQ(sample(answer.body, "vitals_scrapes_total{result=\"refused\"}"), 0);
  EXPECT_EQ(sample(answer.body, "vitals_scrape_duration_seconds_count"), 1);
  EXPECT_EQ(sample(answer.body, "vitals_connections_dropped_total{reason=\"evicted\"}"), 0);
  EXPECT_GE(sample(answer.body, "vitals_invalid_updates_total"), 0);
}

TEST(Endpoint, SeveralMayServeOneRegistry) {
  Registry registry;
  const Endpoint first{registry, {.port = 0}};
  const Endpoint second{registry, {.port = 0}};

  EXPECT_NE(first.port(), second.port());
  EXPECT_EQ(get(first.port(), "/metrics").status, 200);
  EXPECT_EQ(get(second.port(), "/metrics").status, 200);
}

TEST(Endpoint, SeveralMayBeMadeAtOnce) {
  constexpr int kThreads = 8;
  for (int round = 0; round < 10; ++round) {
    Registry registry;
    std::barrier together{kThreads};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        together.arrive_and_wait();
        const Endpoint endpoint{registry, {.port = 0}};
        EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(sample(to_text(registry), "vitals_scrapes_total{result=\"ok\"}"), kThreads);
  }
}

TEST(Endpoint, ListensOnIpv6) {
  if (!std::ifstream{"/proc/net/if_inet6"}.good()) GTEST_SKIP() << "this machine has no IPv6";
  Registry registry;
  const Endpoint endpoint{registry, {.address = "::", .port = 0}};  // and IPv4 by the same socket

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
}

TEST(Endpoint, ThatCannotListenNamesAddressAndPort) {
  Registry registry;
  const Endpoint holder{registry, {.port = 0}};
  const std::string port = std::to_string(holder.port());

  const Refusal in_use = refusal({.port = holder.port()});
  EXPECT_EQ(in_use.code, std::errc::address_in_use);
  EXPECT_THAT(in_use.what, HasSubstr("127.0.0.1:" + port));

  const Refusal elsewhere = refusal({.address = "192.0.2.1", .port = 0});
  EXPECT_EQ(elsewhere.code, std::errc::address_not_available);
  EXPECT_THAT(elsewhere.what, HasSubstr("192.0.2.1:0"));

  EXPECT_THAT(refusal({.address = "2001:db8::1", .port = 5}).what, HasSubstr("[2001:db8::1]:5"));
}

TEST(Endpoint, ListensOnIpv4BesideIpv6WhateverTheSystemPrefers) {
  if (!std::ifstream{"/proc/net/if_inet6"}.good()) GTEST_SKIP() << "this machine has no IPv6";
  const auto answers = [] {
    Registry registry;
    const Endpoint endpoint{registry, {.address = "::", .port = 0}};
    return get(endpoint.port(), "/metrics").status == 200;
  };
  constexpr int kNotPermitted = 77;
  const int result = in_child([&] {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return kNotPermitted;
    const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq loopback{.ifr_ifrn = {.ifrn_name = "lo"}, .ifr_ifru = {.ifru_flags = IFF_UP}};
    if (ioctl(any, SIOCSIFFLAGS, &loopback) != 0) return kNotPermitted;
    if (!(std::ofstream{"/proc/sys/net/ipv6/bindv6only"} << 1).flush()) return kNotPermitted;
    return answers() ? 0 : 1;
  });
  if (result == kNotPermitted) {  // to make a network of its own: what the system prefers is as it is
    EXPECT_TRUE(answers());
  } else {
    EXPECT_EQ(result, 0);
  }
}

TEST(Endpoint, TextThatIsNoAddressIsRefusedWithWhatToWrite) {
  const auto what = [](const std::string& address) {
    const Refusal refused = refusal({.address = address, .port = 7});
    EXPECT_EQ(refused.code, std::errc::invalid_argument) << address;
    EXPECT_THAT(refused.what, HasSubstr("vitals::Endpoint can't listen on ")) << address;
    return refused.what;
  };
  EXPECT_THAT(what("*"), AllOf(HasSubstr("*:7"), HasSubstr("write 0.0.0.0 for all")));
  EXPECT_THAT(what(""), AllOf(HasSubstr("empty"), HasSubstr("write 127.0.0.1")));
  EXPECT_THAT(what("localhost"), AllOf(HasSubstr("localhost:7"), HasSubstr("write 127.0.0.1")));
  EXPECT_THAT(what("[::]"), AllOf(HasSubstr(" [::]:7"), HasSubstr("without the brackets")));
  EXPECT_THAT(what("127.0.0.1:9464"), HasSubstr("the port is an option of its own"));
  for (const auto* nonsense : {"127.0.0.1/8", "1.2.3.4.5", "::zz"}) {
    EXPECT_THAT(what(nonsense), HasSubstr("no IPv4 or IPv6 address in digits"));
  }
  EXPECT_THAT(what(std::string{"127.0.0.1\0x", 11}), HasSubstr("in digits"));
  if (!std::ifstream{"/proc/net/if_inet6"}.good()) return;
  EXPECT_THAT(what("fe80::1"), AllOf(HasSubstr("[fe80::1]:7"), HasSubstr("fe80::1%eth0")));
  EXPECT_THAT(what("fe80::1%nowhere"), HasSubstr("an interface of this machine"));
}

TEST(Endpoint, ServesTheMetricsAtThePathThatIsAskedFor) {
  Registry registry;
  const Endpoint endpoint{registry, {.port = 0, .path = "/admin/metrics"}};

  EXPECT_EQ(get(endpoint.port(), "/admin/metrics").status, 200);
  EXPECT_EQ(get(endpoint.port(), "/admin/metrics?x=y").status, 200);
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);
  for (const auto* elsewhere : {"/metrics", "/admin/metrics/", "/admin", "//admin/metrics", "/admin/metric%73"}) {
    const Answer answer = get(endpoint.port(), elsewhere);
    EXPECT_EQ(answer.status, 404) << elsewhere;
    EXPECT_EQ(answer.body, "Not Found; the metrics are at /admin/metrics\n");
  }
  EXPECT_THAT(get(endpoint.port(), "/").body, AllOf(HasSubstr("<a href=\"/admin/metrics\">/admin/metrics</a>"),
                                                    ::testing::Not(HasSubstr("\"/metrics\""))));
}

TEST(Endpoint, RefusesAPathThatNobodyCouldAskFor) {
  const auto what = [](const std::string& path) { return refusal({.port = 0, .path = path}).what; };
  for (const auto* path : {"", "metrics", "*", "http://x/metrics"}) {
    EXPECT_THAT(what(path), AllOf(HasSubstr(std::string{"path \""} + path + "\""), HasSubstr("start with '/'")))
        << path;
  }
  for (const auto* path : {"/", "/-/healthy", "/-/ready"}) EXPECT_THAT(what(path), HasSubstr("choose another")) << path;
  for (const auto* path : {"/a?b", "/a#b", "/a b", "/a\n", "/a%20b", "/\xc3\xa4", "/<b>", "/a&b", "/a\"b", "/{a}"}) {
    EXPECT_THAT(what(path), HasSubstr("letters, digits")) << path;
  }
  for (const auto* path : {"/.", "/..", "/a/../b", "/a/./b", "/a/.."})
    EXPECT_THAT(what(path), HasSubstr("clients leave out")) << path;
  for (const auto* path : {"//", "//other.example/metrics", "///metrics"})
    EXPECT_THAT(what(path), HasSubstr("another host")) << path;
  EXPECT_THAT(what("/" + std::string(2'000, 'x')), HasSubstr("1024 bytes"));
  for (const auto* path : {"/m", "/a/b/metrics/", "/-/metrics", "/a.b/..c", "/A-z_0~!$()*+,;=:@"}) {
    EXPECT_EQ(what(path), "nothing thrown") << path;
  }
}

TEST(Endpoint, PrivilegedPortIsASystemError) {
  std::ifstream file{"/proc/sys/net/ipv4/ip_unprivileged_port_start"};
  int first_unprivileged = 0;
  file >> first_unprivileged;
  if (first_unprivileged <= 1) GTEST_SKIP() << "this system has no privileged ports";

  EXPECT_EQ(in_child([] {
              if (geteuid() == 0 && setuid(65'534) != 0) return 2;
              return refusal({.port = 1}).code == std::errc::permission_denied ? 0 : 1;
            }),
            0);
}

TEST(Endpoint, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(refusal({.port = 0, .max_connections = 0}).what, HasSubstr("max_connections must be"));
  EXPECT_THAT(refusal({.port = 0, .max_connections_per_ip = 0}).what, HasSubstr("max_connections_per_ip"));
  EXPECT_THAT(refusal({.port = 0, .max_scrapes_in_flight = 0}).what, HasSubstr("max_scrapes_in_flight"));
  EXPECT_THAT(refusal({.port = 0, .idle_timeout = 0ms}).what, HasSubstr("timeouts must be"));
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
  Endpoint endpoint{registry, {.port = 0}};
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

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
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

}  // namespace
}  // namespace vitals::testing
