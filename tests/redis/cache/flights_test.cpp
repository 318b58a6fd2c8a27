#include "redis/cache/flights.hpp"

#include <chrono>
#include <cstdint>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;
using Wait = Flights::Wait;

class FlightsTest : public testing::Test {
 protected:
  // Another thread joins the flight and waits for it.
  std::future<std::pair<Wait, std::string>> follower(std::chrono::milliseconds patience = 30s) {
    std::promise<void> joined;
    auto has_joined = joined.get_future();
    auto result = std::async(std::launch::async, [this, patience, joined = std::move(joined)]() mutable {
      Rejected none;
      auto [flight, leads, recent] = flights.join(key, 0, none);
      joined.set_value();
      EXPECT_FALSE(leads);
      std::shared_ptr<const std::string> payload;
      const Wait waited = flights.wait(key, flight, Flights::Clock::now() + patience, payload);
      if (waited == Wait::Lead) flights.end(key, *flight);
      return std::pair{waited, payload ? *payload : ""};
    });
    has_joined.wait();
    return result;
  }

  bool another_thread_leads() {
    return std::async(std::launch::async,
                      [this] {
                        Rejected none;
                        const Flights::Joined joined = flights.join(key, 0, none);
                        if (joined.leads) flights.end(key, *joined.flight);
                        return joined.leads;
                      })
        .get();
  }

  const std::string key = "key";
  Flights flights;
  Rejected none;
};

TEST_F(FlightsTest, FollowersGetWhatTheLeaderLoads) {
  const auto leader = flights.join(key, 0, none);
  ASSERT_TRUE(leader.leads);
  auto first = follower();
  auto second = follower();

  flights.settle(key, *leader.flight, std::make_shared<const std::string>("value"));

  EXPECT_EQ(first.get(), std::pair(Wait::Value, std::string{"value"}));
  EXPECT_EQ(second.get(), std::pair(Wait::Value, std::string{"value"}));
  EXPECT_FALSE(another_thread_leads());  // until the value is written
  flights.end(key, *leader.flight);
  EXPECT_TRUE(another_thread_leads());
}

TEST_F(FlightsTest, FollowersGetTheException) {
  const auto leader = flights.join(key, 0, none);
  auto first = follower();
  auto second = follower();

  flights.settle(key, *leader.flight, std::make_exception_ptr(std::out_of_range{"none"}));

  EXPECT_THROW(first.get(), std::out_of_range);
  EXPECT_THROW(second.get(), std::out_of_range);
  flights.end(key, *leader.flight);
}

TEST_F(FlightsTest, FlightThatEndsWithoutAResultFreesItsFollowers) {
  const auto leader = flights.join(key, 0, none);
  auto waiting = follower();

  flights.end(key, *leader.flight);

  EXPECT_EQ(waiting.get().first, Wait::Compute);
}

TEST_F(FlightsTest, OneThreadNeverWaitsForItself) {
  const auto leader = flights.join(key, 0, none);

  EXPECT_EQ(flights.join(key, 0, none).flight, nullptr);
  EXPECT_TRUE(flights.join("another", 0, none).leads);

  flights.end(key, *leader.flight);
}

TEST_F(FlightsTest, OneOfThoseWhoGiveUpTakesOverForThoseWhoCome) {
  const auto hanging = flights.join(key, 0, none);

  EXPECT_EQ(follower(5ms).get().first, Wait::Lead);

  // The one that hangs is still listed: its result may yet come, and must not be written after an invalidation.
  flights.invalidate(key);
  EXPECT_FALSE(flights.begin_write(key, *hanging.flight, 1));
  flights.end(key, *hanging.flight);
}

TEST_F(FlightsTest, InvalidationMarksWhatIsUnderWayAndNobodyJoinsThat) {
  const auto by_key = flights.join(key, 0, none);
  const auto by_prefix = flights.join("f:1", 0, none);
  const auto other = flights.join("g:1", 0, none);

  flights.invalidate(key);
  flights.invalidate_prefix("f:");

  EXPECT_FALSE(flights.begin_write(key, *by_key.flight, 1));
  EXPECT_FALSE(flights.begin_write("f:1", *by_prefix.flight, 1));
  EXPECT_TRUE(flights.begin_write("g:1", *other.flight, 1));
  EXPECT_TRUE(another_thread_leads());
}

TEST_F(FlightsTest, InvalidationRejectsWhatMayYetBeWritten) {
  const auto load = flights.join(key, 0, none);
  const std::uint64_t write = flights.next_write();
  ASSERT_TRUE(flights.begin_write(key, *load.flight, write));
  flights.invalidate(key);
  Rejected during;
  static_cast<void>(flights.look(key, during));

  EXPECT_TRUE(flights.end_write(key, *load.flight, true, Flights::Clock::now() + 1h));
  flights.taken_back(key, write);
  flights.end(key, *load.flight);
  Rejected after;
  static_cast<void>(flights.look(key, after));

  EXPECT_TRUE(during.has(write));
  EXPECT_FALSE(during.has(write + 1));
  EXPECT_FALSE(after.has(write));
}

TEST_F(FlightsTest, WriteThatWasGivenUpIsRejectedIfItsKeyIsInvalidatedLater) {
  std::uint64_t writes[2];
  for (int i = 0; i < 2; ++i) {
    const std::string of = "f:" + std::to_string(i);
    const auto load = flights.join(of, 0, none);
    writes[i] = flights.next_write();
    ASSERT_TRUE(flights.begin_write(of, *load.flight, writes[i]));
    EXPECT_FALSE(flights.end_write(of, *load.flight, false, Flights::Clock::now() + (i == 0 ? 1h : 0h)));
    flights.end(of, *load.flight);
  }
  Rejected before;
  static_cast<void>(flights.look("f:0", before));
  flights.invalidate_prefix("f:");
  Rejected after;
  static_cast<void>(flights.look("f:0", after));
  Rejected expired;
  static_cast<void>(flights.look("f:1", expired));

  EXPECT_FALSE(before.has(writes[0]));
  EXPECT_TRUE(after.has(writes[0]));
  EXPECT_FALSE(expired.has(writes[1])) << "its time to live is over";
}

TEST_F(FlightsTest, WhatIsTooMuchToRememberIsRejectedToo) {
  std::vector<std::uint64_t> writes;
  for (int i = 0; i < 1000; ++i) {
    const auto load = flights.join(key, 0, none);
    writes.push_back(flights.next_write());
    ASSERT_TRUE(flights.begin_write(key, *load.flight, writes.back()));
    EXPECT_FALSE(flights.end_write(key, *load.flight, false, Flights::Clock::now() + 1h));
    flights.end(key, *load.flight);
  }
  flights.invalidate(key);
  Rejected rejected;
  static_cast<void>(flights.look(key, rejected));

  for (const std::uint64_t write : writes) EXPECT_TRUE(rejected.has(write));
  EXPECT_LE(rejected.writes.size(), 256U);
  EXPECT_FALSE(rejected.has(flights.next_write()));
}

TEST_F(FlightsTest, LeaderLearnsThatALoadHasEndedSinceItLooked) {
  const auto seen = flights.look(key, none);
  const auto first = flights.join(key, seen, none);
  EXPECT_FALSE(first.recent);
  flights.end(key, *first.flight);

  const auto second = flights.join(key, seen, none);

  EXPECT_TRUE(second.leads);
  EXPECT_TRUE(second.recent);
}

}  // namespace

}  // namespace vitals::detail
