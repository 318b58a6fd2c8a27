#include <atomic>
#include <deque>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/http_client.hpp"

// What clients do to their connections, one by one or many at once.
namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kGet = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";

struct ConnectionsTest : ::testing::Test {
  double own(const std::string& series) { return sample(to_text(registry), series); }
  double dropped(const std::string& reason) {
    return own("vitals_connections_dropped_total{reason=\"" + reason + "\"}");
  }
  double scrapes(const std::string& result) { return own("vitals_scrapes_total{result=\"" + result + "\"}"); }

  void fill_registry() {
    auto& family = registry.counter("filler_total", "Makes the answer larger than any socket's buffers.", {"i"});
    for (int i = 0; i < 10'000; ++i) family.with(i).inc();
    auto& more = registry.counter("more_filler_total", "More.", {"text"});
    for (int i = 0; i < 5'000; ++i) more.with(std::string(900, 'x') + std::to_string(i)).inc();
  }

  Registry registry;
};

// Keeps n clients on the endpoint, each of which sends a byte of a request now and then and comes back when dropped.
class Dripper {
 public:
  Dripper(std::uint16_t port, int n) : port_{port}, thread_{[this, n] { drip(n); }} {}
  ~Dripper() {
    done_ = true;
    thread_.join();
  }
  [[nodiscard]] int rounds() const { return rounds_; }

 private:
  void drip(int n) {
    std::deque<RawConnection> clients;
    while (!done_) {
      while (static_cast<int>(clients.size()) < n) {
        clients.emplace_back(port_);
        clients.back().send("GET /metrics HTTP/1.1\r\nX: ");
      }
      for (auto& client : clients) client.send("a");
      for (int i = 0; i < n; ++i) {
        RawConnection client = std::move(clients.front());
        clients.pop_front();
        if (!client.is_closed()) clients.push_back(std::move(client));
      }
      ++rounds_;
      std::this_thread::sleep_for(20ms);
    }
  }

  const std::uint16_t port_;
  std::atomic<bool> done_{false};
  std::atomic<int> rounds_{0};
  std::thread thread_;
};

void scrape_beside_drippers(ConnectionsTest& test, Registry& registry, int clients) {
  Endpoint endpoint{registry, {.port = 0}};
  const Dripper dripper{endpoint.port(), clients};
  ASSERT_TRUE(eventually([&] { return dripper.rounds() > 2; }));

  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_GT(test.dropped("evicted"), 0);
}

TEST_F(ConnectionsTest, FortySlowClientsDontStopScrapes) { scrape_beside_drippers(*this, registry, 40); }

TEST_F(ConnectionsTest, FourHundredSlowClientsDontStopScrapes) { scrape_beside_drippers(*this, registry, 400); }

TEST_F(ConnectionsTest, AKeptConnectionIsNotEvictedForSlowClients) {
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection scraper{endpoint.port()};
  scraper.send(kGet);
  ASSERT_EQ(scraper.read_answer().status, 200);
  const Dripper dripper{endpoint.port(), 40};
  ASSERT_TRUE(eventually([&] { return dripper.rounds() > 5; }));

  scraper.send(kGet);
  EXPECT_EQ(scraper.read_answer().status, 200);
}

TEST_F(ConnectionsTest, DeadlineOfAHeaderIsTotal) {
  Endpoint endpoint{registry, {.port = 0, .header_timeout = 400ms}};
  RawConnection client{endpoint.port()};
  const auto start = Clock::now();
  client.send("GET /metrics HTTP/1.1\r\nX: ");
  while (!client.is_closed() && Clock::now() - start < 5s) {
    client.send("a");
    std::this_thread::sleep_for(50ms);
  }

  EXPECT_LT(Clock::now() - start, 3s);
  EXPECT_GE(Clock::now() - start, 400ms);
  EXPECT_EQ(dropped("too_slow"), 1);
}

TEST_F(ConnectionsTest, SilentAndIdleClientsAreDropped) {
  Endpoint endpoint{registry, {.port = 0, .header_timeout = 300ms, .idle_timeout = 600ms}};
  RawConnection silent{endpoint.port()};
  RawConnection idle{endpoint.port()};
  idle.send(kGet);
  ASSERT_EQ(idle.read_answer().status, 200);

  EXPECT_TRUE(silent.is_closed_within(5s));
  EXPECT_TRUE(idle.is_closed_within(5s));
  EXPECT_EQ(dropped("too_slow"), 1);  // being idle is no fault
}

// Which some clients send after a request.
TEST_F(ConnectionsTest, EmptyLinesBeginNoRequest) {
  Endpoint endpoint{registry, {.port = 0, .header_timeout = 300ms, .idle_timeout = 60s}};
  RawConnection behind{endpoint.port()};
  RawConnection apart{endpoint.port()};
  RawConnection begun{endpoint.port()};
  RawConnection too_many{endpoint.port()};
  const std::string get{kGet};
  behind.send(get + "\r\n");
  for (RawConnection* other : {&apart, &begun, &too_many}) other->send(get);
  for (RawConnection* each : {&behind, &apart, &begun, &too_many}) ASSERT_EQ(each->read_answer().status, 200);
  apart.send("\r\n\r");
  begun.send("\r\nG");
  for (int i = 0; i < 8; ++i) too_many.send("\r\n");
  std::this_thread::sleep_for(700ms);

  EXPECT_TRUE(begun.is_closed_within(5s));
  EXPECT_EQ(dropped("too_slow"), 1);
  behind.send(get);
  apart.send("\n" + get);
  EXPECT_EQ(behind.read_answer().status, 200);
  EXPECT_EQ(apart.read_answer().status, 200);
  too_many.send("\r\n");
  EXPECT_EQ(too_many.read_answer().status, 400);
}

TEST_F(ConnectionsTest, IdlenessEndsInSpiteOfEmptyLines) {
  Endpoint endpoint{registry, {.port = 0, .idle_timeout = 400ms}};
  RawConnection client{endpoint.port()};
  client.send(kGet);
  ASSERT_EQ(client.read_answer().status, 200);
  const auto start = Clock::now();
  for (int i = 0; i < 7; ++i) {
    client.send("\r\n");
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_TRUE(client.is_closed_within(5s));
  EXPECT_LT(Clock::now() - start, 5s);
  EXPECT_EQ(dropped("too_slow"), 0);
}

TEST_F(ConnectionsTest, OneMoreThanTheLimitPerAddressEvictsTheOldestOfIt) {
  Endpoint endpoint{registry, {.port = 0}};
  std::deque<RawConnection> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back(endpoint.port());
    clients.back().send("G");
  }
  RawConnection one_more{endpoint.port()};
  one_more.send(kGet);

  EXPECT_EQ(one_more.read_answer().status, 200);
  EXPECT_TRUE(clients.front().is_closed_within(2s));
  for (int i = 1; i < 16; ++i) EXPECT_FALSE(clients[static_cast<std::size_t>(i)].is_closed()) << i;
  EXPECT_EQ(dropped("evicted"), 1);
}

TEST_F(ConnectionsTest, LimitOfAllConnectionsHoldsToo) {
  Endpoint endpoint{registry, {.port = 0, .max_connections = 4, .max_connections_per_ip = 100}};
  std::deque<RawConnection> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(endpoint.port());

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
  EXPECT_TRUE(clients.front().is_closed_within(2s));
}

TEST_F(ConnectionsTest, ResetStormDoesNoHarm) {
  Endpoint endpoint{registry, {.port = 0}};
  for (int i = 0; i < 1'000; ++i) {
    RawConnection client{endpoint.port()};
    if (i % 3 == 1) client.send("GET /metrics HTTP/1.1\r\n");
    if (i % 3 == 2) client.send(kGet);
    client.reset();
  }
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
}

TEST_F(ConnectionsTest, HalfClosedClientIsStillAnswered) {
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection client{endpoint.port()};
  client.send(kGet);
  client.half_close();

  EXPECT_EQ(client.read_answer().status, 200);
  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(ConnectionsTest, ClientThatResetsInMidBodyDoesNoHarm) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0}};
  for (int i = 0; i < 10; ++i) {
    RawConnection client{endpoint.port(), 4'096};
    client.send(kGet);
    ASSERT_TRUE(eventually([&] { return scrapes("ok") == i + 1; }));
    client.reset();
  }
  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
}

TEST_F(ConnectionsTest, SlowReaderIsDropped) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0, .write_timeout = 400ms}};
  RawConnection client{endpoint.port(), 4'096};
  client.send(kGet);

  EXPECT_TRUE(eventually([&] { return dropped("too_slow") == 1; }));
  EXPECT_EQ(scrapes("ok"), 1);
}

TEST_F(ConnectionsTest, SlowReadersAreEvictedForScrapers) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0, .max_connections_per_ip = 3}};
  std::deque<RawConnection> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back(endpoint.port(), 4'096);
    readers.back().send(kGet);
  }
  ASSERT_TRUE(eventually([&] { return scrapes("ok") == 3; }));
  std::this_thread::sleep_for(400ms);  // less than a quarter of a second is not stuck

  EXPECT_EQ(get(endpoint.port(), "/-/healthy").status, 200);
}

TEST_F(ConnectionsTest, AnswersThatSlowReadersHoldAreBounded) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0, .max_response_bytes = to_text(registry).size() * 3 / 2}};
  RawConnection reader{endpoint.port(), 4'096};
  reader.send(kGet);
  ASSERT_TRUE(eventually([&] { return scrapes("ok") == 1; }));
  std::this_thread::sleep_for(400ms);

  EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);  // the reader is stuck by now, and dropped
  EXPECT_EQ(dropped("evicted"), 1);
  EXPECT_TRUE(eventually([&] { return reader.is_closed(); }));
}

TEST_F(ConnectionsTest, AnAnswerThatFindsNoRoomIsRefusedAtOnce) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0, .max_response_bytes = 100'000}};
  const auto start = Clock::now();

  const Answer answer = get(endpoint.port(), "/metrics");

  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body,
            "No room for the answer within max_response_bytes, 100000; ask for it compressed, or raise that\n");
  EXPECT_LT(Clock::now() - start, 5s);
  EXPECT_EQ(scrapes("refused"), 1);
  EXPECT_EQ(get(endpoint.port(), "/metrics?name[]=vitals_scrapes_total").status, 200);
}

TEST_F(ConnectionsTest, ThousandsOfRequestsOnOneConnection) {
  Endpoint endpoint{registry, {.port = 0}};
  RawConnection client{endpoint.port()};
  for (int i = 0; i < 9'999; ++i) {
    client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
    const Answer answer = client.read_answer();
    ASSERT_EQ(answer.status, 200) << i;
    ASSERT_EQ(answer.header("Connection"), "(none)") << i;
  }
  client.send("GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().header("Connection"), "close");
  EXPECT_TRUE(client.is_closed_within(2s));
}

TEST_F(ConnectionsTest, PoliteClientsOfOneAddressDontKeepOutItsScraper) {
  const auto slow = registry.gauge_callback("slow", "Slow.", [] {
    std::this_thread::sleep_for(200ms);
    return 1.0;
  });
  Endpoint endpoint{registry, {.port = 0}};
  std::atomic<bool> done{false};
  std::vector<std::thread> polite;
  for (int i = 0; i < 16; ++i) {
    polite.emplace_back([&] {
      while (!done) (void)get(endpoint.port(), "/metrics");
    });
  }
  std::this_thread::sleep_for(300ms);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(get(endpoint.port(), "/metrics").status, 200);
  done = true;
  for (auto& one : polite) one.join();
  EXPECT_EQ(dropped("refused"), 0);
}

// Who pipelines is a client that makes no progress as long as it takes no answer.
TEST_F(ConnectionsTest, DeafClientsThatPipelineDontStopScrapes) {
  fill_registry();
  Endpoint endpoint{registry, {.port = 0}};
  std::atomic<bool> done{false};
  std::thread attackers{[&] {
    std::deque<RawConnection> deaf;
    while (!done) {
      while (deaf.size() < 20) {
        deaf.emplace_back(endpoint.port(), 4'096);
        for (int i = 0; i < 20; ++i) deaf.back().send(kGet);
      }
      std::this_thread::sleep_for(50ms);
      deaf.pop_front();
    }
  }};
  std::this_thread::sleep_for(300ms);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(get(endpoint.port(), "/metrics?name[]=vitals_scrapes_total").status, 200) << i;
    std::this_thread::sleep_for(20ms);
  }
  done = true;
  attackers.join();
}

TEST_F(ConnectionsTest, ScrapesUnderLoadAreConsistent) {
  Endpoint endpoint{registry, {.port = 0}};
  HttpMetrics http{registry, {.routes = {"/a"}}};
  std::atomic<bool> done{false};
  std::vector<std::thread> recorders;
  for (int t = 0; t < 8; ++t) {
    recorders.emplace_back([&] {
      while (!done) http.start("GET", "/a").finish(200);
    });
  }
  RawConnection scraper{endpoint.port()};
  double last = 0;
  for (int i = 0; i < 50; ++i) {
    scraper.send(kGet);
    const Answer answer = scraper.read_answer(milliseconds{30'000});
    ASSERT_EQ(answer.status, 200);
    const double count = sample(answer.body, "http_request_duration_seconds_count{method=\"GET\",endpoint=\"/a\"}");
    EXPECT_EQ(count,
              sample(answer.body, "http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"/a\",le=\"+Inf\"}"));
    EXPECT_GE(count, last);
    EXPECT_GE(sample(answer.body, "http_requests_active"), 0);
    last = count;
  }
  done = true;
  for (auto& recorder : recorders) recorder.join();
  EXPECT_GT(last, 0);
}

}  // namespace
}  // namespace vitals::testing
