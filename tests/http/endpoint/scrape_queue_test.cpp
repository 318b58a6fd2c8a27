#include "http/endpoint/scrape_queue.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/counter.hpp>
#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"
#include "http/endpoint/body.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/gatherer.hpp"
#include "http/http_client.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using vitals::testing::eventually;

PeerKey peer(unsigned char n) {
  PeerKey key{};
  key[0] = n;
  return key;
}

// A queue with two places in a batch, on a loop that runs. Its registry can be held up, so that scrapes stay under way.
struct ScrapeQueueTest : ::testing::Test {
  explicit ScrapeQueueTest(std::size_t max_bytes = 1 << 20, milliseconds collector_timeout = milliseconds{60'000})
      : budget{std::make_shared<BodyBudget>(max_bytes)},
        gatherer{{.registries = {Access::state(registry).shared_from_this()},
                  .collector_timeout = collector_timeout,
                  .budget = budget,
                  .live = nullptr,
                  .on_idle = [this] { loop.post([this] { queue.look_again(); }); },
                  .call = [](const UserCalls::Call& call) { call(); }},
                 metrics},
        queue{loop, gatherer, budget, 2, [this] { return make_room(); }} {
    registry.counter("filler_total", "Makes the text longer.", {"text"}).with(std::string(500, 'x')).inc();
  }
  void SetUp() override {
    io = std::thread{[this] { loop.run(); }};
  }
  void TearDown() override {
    gatherer.stop(std::chrono::seconds{10});
    loop.stop();
    io.join();
  }

  // What the function gives on the loop's thread.
  template <class Function>
  auto on_loop(Function function) {
    const auto task = std::make_shared<std::packaged_task<decltype(function())()>>(std::move(function));
    loop.post([task] { (*task)(); });
    return task->get_future().get();
  }

  using Scrape = std::shared_ptr<ScrapeQueue::Scrape>;

  // Notes its name and status in `finished` when its answer comes. `family` makes the answer one of its own.
  Scrape add(const std::string& name, const std::string& family = "", const PeerKey& from = peer(1),
             std::chrono::steady_clock::time_point turn = {}) {
    return on_loop([&] {
      auto made = std::make_shared<ScrapeQueue::Scrape>();
      if (!family.empty()) made->wanted.names = {family};
      if (!family.empty()) made->wanted.names.insert(made->wanted.names.begin(), "a_slow");
      made->peer = from;
      made->turn = turn;
      made->finish = [this, name](const Response& response) {
        finished.push_back(name + ' ' + std::to_string(response.status));
        bodies.push_back(response.body);
      };
      queue.add(made);
      return made;
    });
  }
  std::vector<std::string> all_finished() {
    return on_loop([this] { return finished; });
  }
  bool are_answered(std::size_t n) {
    return eventually([&] { return all_finished().size() == n; });
  }
  bool make_room() {
    ++asked_for_room;
    return can_make_room && !std::exchange(bodies, {}).empty();
  }
  // Lets go of the bodies, as connections do that have sent theirs.
  void send_bodies() {
    on_loop([this] {
      bodies.clear();
      queue.look_again();
    });
  }
  std::string body(std::size_t i) {
    return on_loop([&] {
      std::string text;
      for (const auto& piece : bodies[i]->pieces()) text += piece;
      return text;
    });
  }

  std::mutex hold_up;
  std::atomic<int> calls{0};
  Registry registry;
  CollectorToken slow{registry.gauge_callback("a_slow", "Waits.", [this] {
    ++calls;
    const std::lock_guard lock{hold_up};
    return 1.0;
  })};
  EndpointMetrics metrics{registry, {}};
  EventLoop loop;
  std::shared_ptr<BodyBudget> budget;
  std::atomic<int> asked_for_room{0};
  std::atomic<bool> can_make_room{false};
  Gatherer gatherer;
  ScrapeQueue queue;
  // On the loop's thread.
  std::vector<std::string> finished;
  std::vector<Body> bodies;
  std::thread io;
};

TEST_F(ScrapeQueueTest, WhoWantsTheSameSharesAPlaceAndOneGathering) {
  std::unique_lock held{hold_up};
  const auto first = add("first");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  std::vector<Scrape> same;
  for (int i = 0; i < 50; ++i) same.push_back(add("same"));
  const auto other = add("other", "b");
  EXPECT_TRUE(other->has_place);

  held.unlock();

  ASSERT_TRUE(are_answered(52));
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(body(1), body(50));
}

TEST_F(ScrapeQueueTest, AllFormatsShareOneGathering) {
  std::unique_lock held{hold_up};
  const auto first = add("first", "b");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const auto second = add("second", "c");
  const auto third = add("third", "d");

  held.unlock();

  ASSERT_TRUE(are_answered(3));
  EXPECT_EQ(calls, 2);
}

TEST_F(ScrapeQueueTest, WhatFindsNoPlaceWaitsForOne) {
  std::unique_lock held{hold_up};
  const auto first = add("first", "aa");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const auto b = add("b", "b", peer(1));
  const auto c = add("c", "c", peer(2));
  const auto d = add("d", "d", peer(3));
  EXPECT_FALSE(on_loop([&] { return d->has_place; }));

  held.unlock();

  ASSERT_TRUE(are_answered(4));
  EXPECT_THAT(all_finished(), ElementsAre("first 200", "b 200", "c 200", "d 200"));
}

// Else clients that ask again at once, each for an answer of its own, keep out one that asks now and then.
TEST_F(ScrapeQueueTest, OfThoseThatWaitTheOneWhoseLastAnswerIsTheOldestIsNext) {
  const auto now = std::chrono::steady_clock::now();
  std::unique_lock held{hold_up};
  const auto first = add("first", "aa");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const auto b = add("b", "b", peer(1), now);
  const auto c = add("c", "c", peer(2), now);
  const auto d = add("d", "d", peer(3), now + milliseconds{10});
  const auto e = add("e", "e", peer(4), now + milliseconds{20});
  const auto f = add("f", "f", peer(5), now - milliseconds{900});

  held.unlock();

  ASSERT_TRUE(are_answered(6));
  EXPECT_THAT(all_finished(), ElementsAre("first 200", "b 200", "c 200", "f 200", "d 200", "e 200"));
}

TEST_F(ScrapeQueueTest, AnAddressWithSeveralPlacesMakesRoomForOneWithNone) {
  std::unique_lock held{hold_up};
  const auto first = add("first", "aa");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const auto b = add("b", "b", peer(1));
  const auto c = add("c", "c", peer(1));
  const auto d = add("d", "d", peer(2));
  const auto e = add("e", "e", peer(2));
  EXPECT_TRUE(on_loop([&] { return d->has_place; }));
  EXPECT_FALSE(on_loop([&] { return e->has_place; }));
  EXPECT_THAT(all_finished(), ElementsAre("c 503"));

  held.unlock();

  ASSERT_TRUE(are_answered(5));
  EXPECT_THAT(all_finished(), ElementsAre("c 503", "first 200", "b 200", "d 200", "e 200"));
}

TEST_F(ScrapeQueueTest, WhatIsLetGoOfIsNotFinished) {
  std::unique_lock held{hold_up};
  auto first = add("first");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  auto b = add("b", "b");
  const auto c = add("c", "c");
  on_loop([&] {
    first.reset();
    b.reset();
  });

  held.unlock();

  ASSERT_TRUE(are_answered(1));
  EXPECT_THAT(all_finished(), ElementsAre("c 200"));
}

// A callback that is being asked is not given up for that: it is not late.
TEST_F(ScrapeQueueTest, WhatAllHaveGivenUpOnEndsWithTheCallbackThatIsAsked) {
  std::atomic<int> calls_of_next{0};
  const auto next =
      registry.gauge_callback("b_next", "Is asked after it.", [&] { return static_cast<double>(++calls_of_next); });
  std::unique_lock held{hold_up};
  auto first = add("first");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  on_loop([&] { first.reset(); });
  const auto second = add("second");

  held.unlock();

  ASSERT_TRUE(are_answered(1));
  EXPECT_THAT(all_finished(), ElementsAre("second 200"));
  EXPECT_NE(body(0).find("a_slow 1"), std::string::npos);
  EXPECT_NE(body(0).find("b_next 1"), std::string::npos);
  EXPECT_EQ(metrics.collector_timeouts.value(), 0);
}

TEST_F(ScrapeQueueTest, WhoIsInAHurryGetsWhatThereIs) {
  const auto quick = registry.gauge_callback("a_quick", "Answers.", [] { return 1.0; });
  std::unique_lock held{hold_up};
  const auto first = add("first");
  ASSERT_TRUE(eventually([&] { return calls == 1; }));
  const auto patient = add("patient");

  on_loop([&] { queue.hurry(first); });

  ASSERT_TRUE(are_answered(1));
  EXPECT_NE(body(0).find("filler_total"), std::string::npos);
  EXPECT_EQ(body(0).find("a_slow"), std::string::npos);
  EXPECT_EQ(calls, 1);

  held.unlock();

  ASSERT_TRUE(eventually([&] { return all_finished().back() == "patient 200"; }));
  EXPECT_NE(body(all_finished().size() - 1).find("a_slow 1"), std::string::npos);
}

struct HungCollectorTest : ScrapeQueueTest {
  HungCollectorTest() : ScrapeQueueTest{1 << 20, milliseconds{50}} {}
};

TEST_F(HungCollectorTest, IsLeftOutUntilItReturns) {
  const auto after = registry.gauge_callback("b_after", "Comes after it.", [] { return 2.0; });
  std::unique_lock held{hold_up};

  const auto first = add("first");
  ASSERT_TRUE(are_answered(1));
  const auto second = add("second");
  ASSERT_TRUE(are_answered(2));

  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(body(i).find("a_slow 1"), std::string::npos);
    EXPECT_NE(body(i).find("b_after 2"), std::string::npos);
  }
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(metrics.collector_timeouts.value(), 2);

  held.unlock();

  EXPECT_TRUE(eventually([&] {
    const auto before = all_finished().size();
    const auto again = add("again");
    return are_answered(before + 1) && body(before).find("a_slow 1") != std::string::npos;
  }));
}

struct ScrapeQueueMemoryTest : ScrapeQueueTest {
  ScrapeQueueMemoryTest() : ScrapeQueueTest{8'000} {}

  // As many bodies as fit into the memory, and then one that doesn't.
  void fill_memory() {
    for (std::size_t n = 1; budget->held() < budget->limit() && n < 100; ++n) {
      held.push_back(add("a"));
      ASSERT_TRUE(are_answered(n));
      if (all_finished().back() == "a 503") return;
    }
  }

  std::vector<Scrape> held;
};

TEST_F(ScrapeQueueMemoryTest, AnAnswerThatDoesNotFitIsRefused) {
  fill_memory();

  EXPECT_EQ(all_finished().back(), "a 503");
  EXPECT_LE(budget->held(), budget->limit());
  EXPECT_NE(body(finished.size() - 1).find("max_response_bytes, 8000"), std::string::npos);

  send_bodies();
  EXPECT_EQ(budget->held(), 0U);
  const auto n = all_finished().size();
  const auto b = add("b");
  ASSERT_TRUE(are_answered(n + 1));
  EXPECT_EQ(all_finished().back(), "b 200");
}

// What is answered is held by the answer alone, so that its end is seen at once.
TEST_F(ScrapeQueueMemoryTest, ABodyIsHeldByItsAnswerAlone) {
  for (std::size_t n = 1; n <= 100; ++n) {
    const auto a = add("a");
    ASSERT_TRUE(are_answered(n));
    send_bodies();
    ASSERT_EQ(on_loop([this] { return budget->held(); }), 0U);
  }
}

}  // namespace
}  // namespace vitals::detail
