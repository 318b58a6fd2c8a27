#include "redis/cache/flights.hpp"

#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

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
      auto [flight, leads, recent] = flights.join(key, 0);
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
                        const Flights::Joined joined = flights.join(key, 0);
                        if (joined.leads) flights.end(key, *joined.flight);
                        return joined.leads;
                      })
        .get();
  }

  const std::string key = "key";
  Flights flights;
};

TEST_F(FlightsTest, FollowersGetWhatTheLeaderLoads) {
  const auto leader = flights.join(key, 0);
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
  const auto leader = flights.join(key, 0);
  auto first = follower();
  auto second = follower();

  flights.settle(key, *leader.flight, std::make_exception_ptr(std::out_of_range{"none"}));

  EXPECT_THROW(first.get(), std::out_of_range);
  EXPECT_THROW(second.get(), std::out_of_range);
  flights.end(key, *leader.flight);
}

TEST_F(FlightsTest, FlightThatEndsWithoutAResultFreesItsFollowers) {
  const auto leader = flights.join(key, 0);
  auto waiting = follower();

  flights.end(key, *leader.flight);

  EXPECT_EQ(waiting.get().first, Wait::Compute);
}

TEST_F(FlightsTest, OneThreadNeverWaitsForItself) {
  const auto leader = flights.join(key, 0);

  EXPECT_EQ(flights.join(key, 0).flight, nullptr);
  EXPECT_TRUE(flights.join("another", 0).leads);

  flights.end(key, *leader.flight);
}

TEST_F(FlightsTest, OneOfThoseWhoGiveUpTakesOverForThoseWhoCome) {
  const auto hanging = flights.join(key, 0);

  EXPECT_EQ(follower(5ms).get().first, Wait::Lead);

  // The one that hangs is still listed: its result may yet come, and must not be written after an invalidation.
  flights.invalidate(key);
  EXPECT_TRUE(flights.stale(key, *hanging.flight));
  flights.end(key, *hanging.flight);
}

TEST_F(FlightsTest, InvalidationMarksWhatIsUnderWayAndNobodyJoinsThat) {
  const auto by_key = flights.join(key, 0);
  const auto by_prefix = flights.join("f:1", 0);
  const auto other = flights.join("g:1", 0);

  flights.invalidate(key);
  flights.invalidate_prefix("f:");

  EXPECT_TRUE(flights.stale(key, *by_key.flight));
  EXPECT_TRUE(flights.stale("f:1", *by_prefix.flight));
  EXPECT_FALSE(flights.stale("g:1", *other.flight));
  EXPECT_TRUE(another_thread_leads());
}

TEST_F(FlightsTest, LeaderLearnsThatALoadHasEndedSinceItLooked) {
  const auto seen = flights.ended(key);
  const auto first = flights.join(key, seen);
  EXPECT_FALSE(first.recent);
  flights.end(key, *first.flight);

  const auto second = flights.join(key, seen);

  EXPECT_TRUE(second.leads);
  EXPECT_TRUE(second.recent);
}

}  // namespace

}  // namespace vitals::detail
