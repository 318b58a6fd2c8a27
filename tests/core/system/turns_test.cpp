#include "core/system/turns.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {

namespace {

TEST(Turns, OneThreadAtATimeAndTheLastSeesAll) {
  Turns turns;
  std::atomic<int> asked{0};
  int seen = 0;  // unguarded, as is the next
  bool inside = false;
  const auto work = [&] {
    EXPECT_FALSE(inside);
    inside = true;
    const int now = asked.load(std::memory_order_relaxed);
    EXPECT_GE(now, seen);
    seen = now;
    inside = false;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50'000; ++i) {
        asked.fetch_add(1, std::memory_order_relaxed);
        turns.run(work);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, 200'000);
}

TEST(Turns, TheWorkMayAskForMore) {
  Turns turns;
  int runs = 0;
  const auto count = [&] { ++runs; };
  const auto work = [&] {
    if (++runs == 1) turns.run(count);
  };
  turns.run(work);
  EXPECT_EQ(runs, 2);
  turns.run(work);
  EXPECT_EQ(runs, 3);
}

// As in a child that was forked while a thread of the parent was at it.
TEST(Turns, AnotherGenerationWaitsForNothing) {
  Turns turns;
  bool ran = false;
  const auto in_child = [&] { ran = true; };
  const auto in_parent = [&] {
    turns.run(in_child, 1);
    EXPECT_TRUE(ran);
  };
  turns.run(in_parent, 0);
  ran = false;
  turns.run(in_child, 1);
  EXPECT_TRUE(ran);
}

}  // namespace

}  // namespace vitals::detail
