#include <atomic>
#include <deque>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

// Who waits for a callback, and who doesn't.
namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

struct SlowCallbackTest : ::testing::Test {
  double own(const std::string& series) { return sample(to_text(registry), series); }
  double scrapes(const std::string& result) { return own("vitals_scrapes_total{result=\"" + result + "\"}"); }
  // Without asking callbacks.
  double quickly(const std::string& name) { return sample(scrape(registry, "", "", "name[]=" + name).body, name); }
  double active_scrapes() { return quickly("vitals_endpoint_scrapes_active"); }
  double connections() { return quickly("vitals_endpoint_connections"); }

  Registry registry;
};

// A callback that blocks until it is told to go on.
class Gate {
 public:
  double wait() {
    ++arrived;
    while (!open) sleep_briefly();
    return 1;
  }
  std::atomic<int> arrived{0};
  std::atomic<bool> open{false};
};

TEST_F(SlowCallbackTest, AnswerThatCameTooLateIsNotTheNextOne) {
  std::atomic<double> value{1};
  auto token = registry.gauge_callback("slow", "Read first, given late.", [&value] {
    const double read = value;
    std::this_thread::sleep_for(150ms);
    return read;
  });
  Endpoint endpoint{registry, {.port = 0, .max_scrapes_in_flight = 1}};
  RawConnection client{endpoint.port()};
  client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 0.1\r\n\r\n");
  const Answer first = client.read_answer();
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(sample(first.body, "slow"), -1);  // without what it could not wait for

  value = 2;
  Answer answer;
  do {  // on a busy machine it may not have returned yet
    client.send(kGet);
    answer = client.read_answer();
  } while (sample(answer.body, "slow") == -1);

  EXPECT_EQ(sample(answer.body, "slow"), 2);
}

// The first is under way, and the next gathering has places for eight: whoever wants the same shares one.
TEST_F(SlowCallbackTest, AtMostEightAnswersWaitForASlowCallback) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .live_page = false}};  // whose history would gather too
  const auto token = registry.gauge_callback("slow", "Slow.", [&] { return gate.wait(); });
  std::deque<RawConnection> clients;
  const auto ask = [&](const std::string& query) {
    clients.emplace_back(endpoint.port());
    clients.back().send("GET /metrics" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
  };
  ask("");
  ASSERT_TRUE(eventually([&] { return gate.arrived == 1; }));
  for (int i = 0; i < 8; ++i) ask("?name[]=slow&name[]=n" + std::to_string(i));
  std::this_thread::sleep_for(50ms);
  for (int i = 0; i < 4; ++i) ask("?name[]=slow&name[]=n" + std::to_string(i));
  for (int i = 0; i < 4; ++i) ask("?name[]=slow&name[]=more" + std::to_string(i));

  int refused = 0;
  for (std::size_t i = 13; i < 17; ++i) {
    const Answer answer = clients[i].read_answer();
    refused += answer.status == 503 && answer.header("Retry-After") == "1" && answer.body == "Service Unavailable\n";
  }
  EXPECT_EQ(refused, 4);
  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);  // nothing else waits

  gate.open = true;
  for (std::size_t i = 0; i < 13; ++i) EXPECT_EQ(clients[i].read_answer().status, 200) << i;
  EXPECT_EQ(gate.arrived, 2);  // thirteen answers from two gatherings
}

// As many wait as there may be connections, and as many again. Those who are turned away would be more and more, if
// each that goes made room for another.
TEST_F(SlowCallbackTest, WhoWasTurnedAwayHasNoPlaceToGiveUp) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .max_connections = 1, .live_page = false}};
  const auto token = registry.gauge_callback("slow", "Slow.", [&] { return gate.wait(); });
  RawConnection first{endpoint.port()};
  first.send(kGet);
  ASSERT_TRUE(eventually([&] { return gate.arrived == 1; }));
  RawConnection second{endpoint.port()};
  second.send(kGet);
  ASSERT_TRUE(eventually([&] { return active_scrapes() == 2; }));

  int refused = 0;
  do {
    RawConnection gone{endpoint.port()};
    gone.send(kGet);
    gone.reset();
  } while (get(endpoint.port(), "/metrics").status == 503 && ++refused < 100);

  EXPECT_EQ(refused, 100);
  gate.open = true;
  EXPECT_EQ(first.read_answer().status, 200);
  EXPECT_EQ(second.read_answer().status, 200);
}

// More than may stay have waited together.
TEST_F(SlowCallbackTest, NoMoreConnectionsAreKeptThanThereArePlaces) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .max_connections = 2, .live_page = false}};
  const auto token = registry.gauge_callback("slow", "Slow.", [&] { return gate.wait(); });
  std::deque<RawConnection> clients;
  for (int i = 1; i <= 4; ++i) {
    clients.emplace_back(endpoint.port()).send(kGet);
    ASSERT_TRUE(eventually([&] { return active_scrapes() == i; }));
  }

  gate.open = true;

  for (auto& client : clients) EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(eventually([&] { return connections() == 2; }));
}

// Else a flood would take a scraper's connection with its answer.
TEST_F(SlowCallbackTest, WhoGetsItsAnswerStaysBesideThoseThatSayNothing) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .max_connections = 2, .live_page = false}};
  const auto token = registry.gauge_callback("slow", "Slow.", [&] { return gate.wait(); });
  RawConnection scraper{endpoint.port()};
  scraper.send(kGet);
  ASSERT_TRUE(eventually([&] { return gate.arrived == 1; }));
  std::deque<RawConnection> silent;
  for (int i = 0; i < 2; ++i) silent.emplace_back(endpoint.port());
  ASSERT_TRUE(eventually([&] { return connections() == 3; }));

  gate.open = true;

  EXPECT_EQ(scraper.read_answer().header("Connection"), "(none)");
  EXPECT_TRUE(eventually([&] { return connections() == 2; }));
  scraper.send(kGet);
  EXPECT_EQ(scraper.read_answer().status, 200);
}

TEST_F(SlowCallbackTest, AnswerHoldsWhatHappenedBeforeItsRequest) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .live_page = false}};
  auto& events =
      registry.counter("aaa_total", "Gathered after callbacks have run, so that the first scrape has missed it.");
  const auto token = registry.gauge_callback("slow", "Slow.", [&] { return gate.wait(); });
  RawConnection first{endpoint.port()};
  first.send(kGet);
  ASSERT_TRUE(eventually([&] { return gate.arrived == 1; }));

  events.inc();
  RawConnection second{endpoint.port()};
  second.send(kGet);
  std::this_thread::sleep_for(50ms);
  gate.open = true;

  EXPECT_EQ(first.read_answer().status, 200);
  EXPECT_EQ(sample(second.read_answer().body, "aaa_total"), 1);
  EXPECT_EQ(gate.arrived, 2);  // a gather of its own: the first had begun before
}

TEST_F(SlowCallbackTest, AHungCallbackCostsItsOwnMetricAndNoMore) {
  Gate gate;
  Endpoint endpoint{registry, {.port = 0, .collector_timeout = 2500ms}};
  const auto token = registry.gauge_callback("hung", "Hung.", [&] { return gate.wait(); });
  RawConnection client{endpoint.port()};
  const auto start = Clock::now();
  client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nX-Prometheus-Scrape-Timeout-Seconds: 2\r\n\r\n");

  const Answer partial = client.read_answer(30s);
  EXPECT_EQ(partial.status, 200);
  EXPECT_EQ(sample(partial.body, "hung"), -1);
  EXPECT_LT(Clock::now() - start, 30s);
  for (int i = 0; i < 3; ++i) {  // it is not asked again, and holds up nobody
    client.send(kGet);
    const Answer without = client.read_answer(30s);
    EXPECT_EQ(without.status, 200);
    EXPECT_EQ(sample(without.body, "hung"), -1);
  }
  EXPECT_EQ(gate.arrived, 1);

  gate.open = true;
  EXPECT_TRUE(eventually([&] {
    client.send(kGet);
    return sample(client.read_answer().body, "hung") == 1;
  }));
  EXPECT_EQ(scrapes("partial"), 1);
  EXPECT_GE(own("vitals_collector_timeouts_total"), 3);
}

}  // namespace
}  // namespace vitals::testing
