#include "http/requests/host_table.hpp"

#include <barrier>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(SplitUrl, TakesAnAbsoluteUrlApart) {
  struct Case {
    std::string_view url, authority, path;
  };
  const Case cases[] = {
      {"https://api.example.com/v1/users/42?page=2#top", "api.example.com", "/v1/users/42?page=2#top"},
      {"http://user:secret@[::1]:8080/", "user:secret@[::1]:8080", "/"},
      {"HTTP://a", "a", "/"},
      {"http://a?x=/y", "a", "/"},
      {"http://a#x", "a", "/"},
      {"http://a//b", "a", "//b"},
      {"http:///a", "", "/a"},
      {"http://", "", "/"},
      {"http:/a/b", "", "http:/a/b"},
      {"/a?to=http://b/c", "", "/a?to=http://b/c"},
      {"a/http://b", "", "a/http://b"},
      {"://a/b", "", "://a/b"},
      {"http", "", "http"},
      {"", "", ""},
  };
  for (const auto& [url, authority, path] : cases) {
    const UrlParts parts = split_url(url);
    EXPECT_EQ(parts.authority, authority) << url;
    EXPECT_EQ(parts.path, path) << url;
  }
}

TEST(HostName, IsLowerCaseWithoutUserAndPort) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"API.Example.COM", "api.example.com"},
      {"api.example.com:8443", "api.example.com"},
      {"api.example.com:", "api.example.com"},
      {"user:pass:word@host_1:80", "host_1"},
      {"a@b@c", "c"},
      {"127.0.0.1:80", "127.0.0.1"},
      {"[2001:DB8::1]:443", "[2001:db8::1]"},
      {"[fe80::1%25eth0]", "[fe80::1%25eth0]"},
      {"[::]", "[::]"},
      {"xn--bcher-kva.example", "xn--bcher-kva.example"},
  };
  for (const auto& [authority, name] : cases) EXPECT_EQ(HostName{authority}.text(), name) << authority;
}

TEST(HostName, IsEmptyOfWhatIsNone) {
  using namespace std::string_view_literals;
  const std::string_view none[] = {"",     ":80",   "user@",  "a b",        "a\0b"sv, "\xC3\xBC.de", "\xFF\xFE",
                                   "a:x",  "a:8:9", "::1",    "[",          "[::1",   "[]",          "[1]x",
                                   "a[b]", "a%41",  "a\nb:1", "evil\\host", "{a}",    "\"a\""};
  for (const auto authority : none) EXPECT_EQ(HostName{authority}.text(), "") << authority;
  EXPECT_EQ(HostName{std::string(253, 'a')}.text().size(), 253);
  EXPECT_EQ(HostName{std::string(254, 'a')}.text(), "");
}

TEST(HostTable, FindsWhatIsListedInAnyCase) {
  HostTable hosts{{"API.example.com", "[::1]"}, 0};

  EXPECT_EQ(hosts.name(hosts.index("api.EXAMPLE.com:443")), "api.example.com");
  EXPECT_EQ(hosts.name(hosts.index("[::1]:443")), "[::1]");
  EXPECT_EQ(hosts.index("example.com"), HostTable::kOther);
  EXPECT_EQ(hosts.name(HostTable::kOther), "_OTHER");
  EXPECT_EQ(hosts.capacity(), 3);
}

TEST(HostTable, LearnsAsManyAsItMayAndKeepsThem) {
  HostTable hosts{{"listed"}, 2};

  EXPECT_EQ(hosts.name(hosts.index("a")), "a");
  EXPECT_EQ(hosts.name(hosts.index("b:1")), "b");
  EXPECT_EQ(hosts.index("c"), HostTable::kOther);
  EXPECT_EQ(hosts.index("not a host"), HostTable::kOther);
  EXPECT_EQ(hosts.name(hosts.index("A")), "a");
  EXPECT_EQ(hosts.name(hosts.index("listed")), "listed");
}

TEST(HostTable, HoldsAThousandHosts) {
  HostTable hosts{{}, HostTable::kMaxHosts};
  std::set<std::uint16_t> indices;
  for (int i = 0; i < 1'000; ++i) indices.insert(hosts.index("host" + std::to_string(i)));

  EXPECT_EQ(indices.size(), 1'000);
  EXPECT_FALSE(indices.contains(HostTable::kOther));
  EXPECT_LT(*indices.rbegin(), hosts.capacity());
  for (int i = 0; i < 1'000; ++i) {
    const std::string host = "host" + std::to_string(i);
    EXPECT_EQ(hosts.name(hosts.index(host)), host);
  }
  EXPECT_EQ(hosts.index("one-more"), HostTable::kOther);
}

TEST(HostTable, RefusesWhatCantBeAHost) {
  for (const char* host : {"", "a:80", "http://a", "a/b", "user@a", "::1", "a b"})
    EXPECT_THROW((HostTable{{host}, 0}), std::invalid_argument) << host;
  EXPECT_THROW((HostTable{{}, 1'001}), std::invalid_argument);
  EXPECT_THROW((HostTable{{"a"}, 1'000}), std::invalid_argument);
  EXPECT_THROW((HostTable{{"a"}, SIZE_MAX}), std::invalid_argument);
  try {
    const HostTable hosts{{"api.example.com:443"}, 0};
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(
        error.what(),
        "vitals::HttpClientMetrics: host \"api.example.com:443\": a host is a name or an address alone, IPv6 in "
        "brackets, without scheme, user, port and path; write \"api.example.com\"");
  }
}

TEST(HostTable, ThreadsThatLearnTheSameHostsAgree) {
  constexpr int kThreads = 4;
  HostTable hosts{{}, 50};
  std::vector<std::vector<std::uint16_t>> seen(kThreads);
  std::barrier start{kThreads};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      start.arrive_and_wait();
      for (int i = 0; i < 100; ++i) seen[t].push_back(hosts.index("host" + std::to_string(i)));
    });
  }
  for (auto& thread : threads) thread.join();

  std::set<std::uint16_t> learned;
  for (int i = 0; i < 100; ++i) {
    const std::string host = "host" + std::to_string(i);
    const auto last = hosts.index(host);
    for (const auto& indices : seen) EXPECT_EQ(indices[i], last) << host;
    if (last == HostTable::kOther) continue;
    EXPECT_EQ(hosts.name(last), host);
    learned.insert(last);
  }
  EXPECT_EQ(learned.size(), 50);
}

}  // namespace
}  // namespace vitals::detail
