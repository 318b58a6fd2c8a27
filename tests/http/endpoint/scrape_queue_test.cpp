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

#include <vitals/registry.hpp>

#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/gatherer.hpp"
#include "http/http_client.hpp"

namespace vitals::detail {
namespace {

using ::testing::ElementsAre;
using vitals::testing::eventually;

// A queue for two scrapes at once, on a loop that runs. Its registry can be held up, so that scrapes stay under way.
struct ScrapeQueueTest : ::testing::Test {
  explicit ScrapeQueueTest(std::size_t max_bytes = 1 << 20, std::size_t max_scrapes = 2)
      : queue{loop, gatherer, {max_scrapes, max_bytes}, [this] { return make_room(); }} {}
  void SetUp() override {
    io = std::thread{[this] { loop.run(); }};
  }
  void TearDown() override {
    loop.stop();
    io.join();
    gatherer.stop(std::chrono::seconds{10});
  }

  // What the function gives on the loop's thread.
  template <class Function>
  auto on_loop(Function function) {
    const auto task = std::make_shared<std::packaged_task<decltype(function())()>>(std::move(function));
    loop.post([task] { (*task)(); });
    return task->get_future().get();
  }

  using Scrape = std::shared_ptr<ScrapeQueue::Scrape>;

  // Notes in `begun` when its turn comes, and in `finished` when its answer does.
  Scrape scrape(std::string name, bool is_wanted = true) {
    auto made = std::make_shared<ScrapeQueue::Scrape>();
    made->begin = [this, name, is_wanted] {
      begun.push_back(name);
      return is_wanted;
    };
    made->finish = [this, name](Response response) {
      finished.push_back(name);
      bodies.push_back(response.body);
    };
    return made;
  }
  Scrape add(const std::string& name, bool is_wanted = true) {
    return on_loop([&, made = scrape(name, is_wanted)] {
      queue.add(made);
      return made;
    });
  }
  std::vector<std::string> all_begun() {
    return on_loop([this] { return begun; });
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
      queue.body_was_freed();
    });
  }

  std::mutex hold_up;
  Registry registry;
  CollectorToken slow{registry.gauge_callback("slow", "Waits.", [this] {
    const std::lock_guard lock{hold_up};
    return 1.0;
  })};
  EndpointMetrics metrics{registry};
  EventLoop loop;
  Gatherer gatherer{registry, metrics};
  std::atomic<int> asked_for_room{0};
  std::atomic<bool> can_make_room{false};
  ScrapeQueue queue;
  // On the loop's thread.
  std::vector<std::string> begun;
  std::vector<std::string> finished;
  std::vector<Body> bodies;
  std::thread io;
};

TEST_F(ScrapeQueueTest, BeginsAtOnceWhatTheLimitLetsAndTheRestInTheirOrder) {
  std::unique_lock held{hold_up};
  const auto a = add("a");
  const auto b = add("b");
  const auto c = add("c");
  const auto d = add("d");
  EXPECT_THAT(all_begun(), ElementsAre("a", "b"));

  held.unlock();

  EXPECT_TRUE(eventually([&] { return all_finished().size() == 4; }));
  EXPECT_THAT(all_begun(), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(all_finished(), ElementsAre("a", "b", "c", "d"));
}

TEST_F(ScrapeQueueTest, WhatIsLetGoOfWhileItWaitsIsPassedOver) {
  std::unique_lock held{hold_up};
  const auto a = add("a");
  const auto b = add("b");
  auto c = add("c");
  const auto d = add("d");

  on_loop([&] { c.reset(); });
  held.unlock();

  EXPECT_TRUE(eventually([&] { return all_finished().size() == 3; }));
  EXPECT_THAT(all_begun(), ElementsAre("a", "b", "d"));
}

TEST_F(ScrapeQueueTest, WhatIsLetGoOfUnderWayHoldsItsPlaceAndIsNotFinished) {
  std::unique_lock held{hold_up};
  auto a = add("a");
  const auto b = add("b");

  on_loop([&] { a.reset(); });
  const auto c = add("c");
  EXPECT_THAT(all_begun(), ElementsAre("a", "b"));
  held.unlock();

  EXPECT_TRUE(eventually([&] { return all_finished().size() == 2; }));
  EXPECT_THAT(all_finished(), ElementsAre("b", "c"));
}

TEST_F(ScrapeQueueTest, WhatIsNotWantedWhenItsTurnComesTakesNoPlace) {
  std::unique_lock held{hold_up};

  const auto a = add("a", false);
  const auto b = add("b");
  const auto c = add("c");
  const auto d = add("d");

  EXPECT_THAT(all_begun(), ElementsAre("a", "b", "c"));
}

struct ScrapeQueueMemoryTest : ScrapeQueueTest {
  ScrapeQueueMemoryTest() : ScrapeQueueTest{1000} {}
};

TEST_F(ScrapeQueueMemoryTest, NothingBeginsWhileBodiesFillIt) {
  const auto a = add("a");
  ASSERT_TRUE(are_answered(1));
  ASSERT_GT(gatherer.held_bytes(), 1000u);

  const auto b = add("b");
  EXPECT_EQ(asked_for_room, 1);
  EXPECT_THAT(all_begun(), ElementsAre("a"));

  send_bodies();
  ASSERT_TRUE(are_answered(2));
}

TEST_F(ScrapeQueueMemoryTest, RoomIsMadeForWhatWaitsAndOnlyThen) {
  can_make_room = true;
  const auto a = add("a");
  ASSERT_TRUE(are_answered(1));
  on_loop([&] { queue.body_was_freed(); });
  EXPECT_EQ(asked_for_room, 0);

  const auto b = add("b");

  EXPECT_EQ(asked_for_room, 1);
  EXPECT_THAT(all_begun(), ElementsAre("a", "b"));
}

TEST_F(ScrapeQueueMemoryTest, NoRoomIsMadeForWhatWasLetGoOf) {
  const auto a = add("a");
  ASSERT_TRUE(are_answered(1));
  auto b = add("b");
  EXPECT_EQ(asked_for_room, 1);

  on_loop([&] {
    b.reset();
    queue.body_was_freed();
  });
  on_loop([] {});

  EXPECT_EQ(asked_for_room, 1);
}

struct OneScrapeTest : ScrapeQueueTest {
  OneScrapeTest() : ScrapeQueueTest{1000, 1} {}
};

// Their bytes are gone before the next one's turn comes.
TEST_F(OneScrapeTest, NoRoomIsMadeForTheBytesOfWhatWasLetGoOfUnderWay) {
  std::unique_lock held{hold_up};
  auto a = add("a");
  const auto b = add("b");

  on_loop([&] { a.reset(); });
  held.unlock();

  ASSERT_TRUE(are_answered(1));
  EXPECT_THAT(all_finished(), ElementsAre("b"));
  EXPECT_EQ(asked_for_room, 0);
}

// What is answered is held by the answer alone, so that its end is seen at once.
TEST_F(OneScrapeTest, ABodyIsHeldByItsAnswerAlone) {
  for (std::size_t n = 1; n <= 100; ++n) {
    const auto a = add("a");
    ASSERT_TRUE(are_answered(n));
    send_bodies();
    ASSERT_EQ(on_loop([this] { return gatherer.held_bytes(); }), 0u);
  }
}

}  // namespace
}  // namespace vitals::detail
