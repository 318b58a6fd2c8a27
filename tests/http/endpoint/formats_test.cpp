// The endpoint's answers in the formats that scrapers ask for.
#include <atomic>
#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/http/endpoint.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct Kind {
  const char* accept;
  const char* content_type;
  const char* gauge;  // how a gauge "answer" of 42 looks there
};

constexpr Kind kKinds[] = {
    {"*/*", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores", "# TYPE answer gauge\nanswer 42\n"},
    {"text/plain;version=1.0.0;escaping=allow-utf-8", "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8",
     "# TYPE answer gauge\nanswer 42\n"},
    {"application/openmetrics-text;version=0.0.1;escaping=dots",
     "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots", "answer 42.0\n"},
    {"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
     "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
     "escaping=underscores",
     "\n\x06"
     "answer\x12\x02"
     "A.\x18\x01\"\x0b\x12\x09\x09"},
};

std::string request_for(const Kind& kind) {
  return std::string{"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: "} + kind.accept + "\r\n\r\n";
}

TEST(Formats, EachScraperGetsWhatItAskedFor) {
  Registry registry;
  registry.gauge("answer", "A.").set(42);
  Endpoint endpoint{registry, {.port = 0}};

  for (const Kind& kind : kKinds) {
    const Answer answer = request(endpoint.port(), request_for(kind));

    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), kind.content_type);
    EXPECT_EQ(answer.header("Vary"), "Accept, Accept-Encoding");
    EXPECT_THAT(answer.body, HasSubstr(kind.gauge));
  }
}

TEST(Formats, OfOneBatchDoNotMix) {
  Registry registry;
  registry.gauge("answer", "A.").set(42);
  std::atomic<int> arrived{0};
  std::atomic<bool> open{false};
  const auto token = registry.gauge_callback("slow", "Holds the first gathering up.", [&] {
    ++arrived;
    while (!open) std::this_thread::sleep_for(1ms);
    return 1.0;
  });
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection first{endpoint.port()};
  first.send(request_for(kKinds[0]));
  ASSERT_TRUE(eventually([&] { return arrived == 1; }));

  std::deque<RawConnection> clients;
  for (int round = 0; round < 2; ++round) {
    for (const Kind& kind : {kKinds[1], kKinds[2], kKinds[3]}) {
      clients.emplace_back(endpoint.port());
      clients.back().send(request_for(kind));
    }
  }
  std::this_thread::sleep_for(50ms);
  open = true;

  EXPECT_EQ(first.read_answer().status, 200);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const Answer answer = clients[i].read_answer();
    EXPECT_EQ(answer.header("Content-Type"), kKinds[1 + i % 3].content_type);
    EXPECT_THAT(answer.body, HasSubstr(kKinds[1 + i % 3].gauge));
  }
  EXPECT_LE(arrived, 1 + 3 * 2);  // one rendering for both who ask for the same, if they came at once
}

TEST(Formats, OfOneBatchHaveTheFamiliesThatEachAskedFor) {
  Registry registry;
  for (const char* name : {"a", "b"}) registry.gauge(name, "A.").set(1);
  std::atomic<bool> arrived{false};
  std::atomic<bool> open{false};
  const auto token = registry.gauge_callback("slow", "Holds the first gathering up.", [&] {
    arrived = true;
    while (!open) std::this_thread::sleep_for(1ms);
    return 1.0;
  });
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection first{endpoint.port()};
  first.send(request_for(kKinds[0]));
  ASSERT_TRUE(eventually([&] { return arrived.load(); }));

  const std::vector<std::pair<std::string, std::string>> asked = {
      {"name[]=a", "a"}, {"name[]=b", "b"}, {"name[]=b&name[]=a", "ab"}, {"name[]=a&name[]=b", "ab"}, {"", "*"}};
  std::deque<RawConnection> clients;
  for (const auto& [query, expected] : asked) {
    clients.emplace_back(endpoint.port());
    clients.back().send("GET /metrics?" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  std::this_thread::sleep_for(50ms);
  open = true;

  EXPECT_EQ(first.read_answer().status, 200);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const std::string body = clients[i].read_answer().body;
    std::string families;
    for (const char* name : {"a", "b"}) {
      if (body.find("\n" + std::string{name} + " 1\n") != std::string::npos) families += name;
    }
    if (body.find("\nslow 1\n") != std::string::npos) families = "*";
    EXPECT_EQ(families, asked[i].second) << asked[i].first;
  }
}

// A regression: the second rendering of a batch used the registry, which may be gone when a callback has hung in the
// first.
TEST(Formats, ABatchOutlivesTheRegistry) {
  std::atomic<int> arrived{0};
  std::atomic<int> left{0};
  std::atomic<int> open{0};
  std::optional<CollectorToken> token;
  {
    Registry registry;
    token.emplace(registry.gauge_callback("hung", "Hung.", [&] {
      const int number = ++arrived;
      while (open < number) std::this_thread::sleep_for(1ms);
      ++left;
      return 1.0;
    }));
    Endpoint endpoint{registry, {.port = 0, .stop_timeout = 300ms}};
    RawConnection first{endpoint.port()};
    first.send(request_for(kKinds[0]));
    ASSERT_TRUE(eventually([&] { return arrived == 1; }));
    std::deque<RawConnection> batch;
    for (const Kind& kind : {kKinds[2], kKinds[3]}) {
      batch.emplace_back(endpoint.port());
      batch.back().send(request_for(kind));
    }
    std::this_thread::sleep_for(50ms);
    open = 1;
    ASSERT_TRUE(eventually([&] { return arrived == 2; }));
    endpoint.stop();
  }
  open = 3;
  EXPECT_TRUE(eventually([&] { return left >= 2; }));  // 3, if both requests were in time for one batch
  token.reset();
  EXPECT_EQ(left, arrived);
}

}  // namespace
}  // namespace vitals::testing
