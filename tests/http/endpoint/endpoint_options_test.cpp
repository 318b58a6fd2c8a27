#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
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
  EXPECT_EQ(what(""),
            "vitals::Endpoint can't listen on \"\":7: the address is empty; write 127.0.0.1 for localhost, 0.0.0.0 for "
            "all");
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
  const Endpoint plain{registry, {.port = 0, .path = "/admin/metrics", .live_page = false}};
  EXPECT_THAT(get(plain.port(), "/").body, AllOf(HasSubstr("<a href=\"/admin/metrics\">/admin/metrics</a>"),
                                                 ::testing::Not(HasSubstr("\"/metrics\""))));
}

TEST(Endpoint, RefusesAPathThatNobodyCouldAskFor) {
  const auto what = [](const std::string& path) { return refusal({.port = 0, .path = path}).what; };
  for (const auto* path : {"", "metrics", "*", "http://x/metrics"}) {
    EXPECT_THAT(what(path), AllOf(HasSubstr(std::string{"path \""} + path + "\""), HasSubstr("start with '/'")))
        << path;
  }
  for (const auto* path : {"/", "/-/healthy", "/-/ready", "/data", "/live.js"})
    EXPECT_THAT(what(path), HasSubstr("choose another")) << path;
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

TEST(Endpoint, RefusesOptionsThatMakeNoSense) {
  EXPECT_THAT(refusal({.port = 0, .max_connections = 0}).what, HasSubstr("max_connections must be"));
  EXPECT_THAT(refusal({.port = 0, .max_connections_per_ip = 0}).what, HasSubstr("max_connections_per_ip"));
  EXPECT_THAT(refusal({.port = 0, .max_scrapes_in_flight = 0}).what, HasSubstr("max_scrapes_in_flight"));
  EXPECT_EQ(refusal({.port = 0, .idle_timeout = 0ms}).what,
            "vitals::EndpointOptions: idle_timeout is 0 ms; it must be between 1 ms and a day");
}

TEST(Endpoint, RefusesAllowedHostsThatNoRequestCanHave) {
  const auto what = [](const std::string& host) {
    EndpointOptions options{.port = 0};
    options.allowed_hosts = {host};
    return refusal(options).what;
  };
  for (const auto* host : {"localhost:9464", "http://localhost", "[::1]:80", "a b", "", "*"})
    EXPECT_THAT(what(host),
                AllOf(HasSubstr("allowed_hosts has \"" + std::string{host}), HasSubstr("without scheme and port")));
  for (const auto* host : {"localhost", "a-b.example", "127.0.0.1", "::1", "[::1]"})
    EXPECT_EQ(what(host), "nothing thrown");
}

}  // namespace
}  // namespace vitals::testing
