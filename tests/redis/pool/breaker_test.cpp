#include "redis/pool/breaker.hpp"

#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/gauge.hpp>

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;
using Permit = Breaker::Permit;

class BreakerTest : public testing::Test {
 protected:
  void open() {
    for (int i = 0; i < 3; ++i) breaker.failed(breaker.allow(now), now);
  }

  Gauge state;
  Breaker breaker{3, 1000ms, state};
  Breaker::Clock::time_point now{1h};
};

TEST_F(BreakerTest, OpensAfterSoManyFailuresInARow) {
  EXPECT_FALSE(breaker.failed(breaker.allow(now), now));
  EXPECT_FALSE(breaker.failed(breaker.allow(now), now));
  breaker.succeeded();
  EXPECT_FALSE(breaker.failed(breaker.allow(now), now));
  EXPECT_FALSE(breaker.failed(breaker.allow(now), now));
  EXPECT_EQ(breaker.allow(now), Permit::Normal);

  EXPECT_TRUE(breaker.failed(breaker.allow(now), now));

  EXPECT_EQ(breaker.allow(now), Permit::Denied);
  EXPECT_EQ(state.value(), 1);
}

TEST_F(BreakerTest, LetsOneCallerProbeAfterThePause) {
  open();
  now += Breaker::kRetryMin;

  EXPECT_EQ(breaker.allow(now), Permit::Probe);
  EXPECT_EQ(breaker.allow(now), Permit::Denied);
  EXPECT_EQ(state.value(), 2);

  breaker.succeeded();
  EXPECT_EQ(breaker.allow(now), Permit::Normal);
  EXPECT_EQ(state.value(), 0);
}

TEST_F(BreakerTest, PausesAreNeverLongerThanTheirLimit) {
  open();
  for (int i = 0; i < 40; ++i) {
    now += 1000ms;
    const Permit permit = breaker.allow(now);
    ASSERT_EQ(permit, Permit::Probe) << i;
    breaker.failed(permit, now);
  }
}

TEST_F(BreakerTest, ProbeThatNeverReportsIsGivenUp) {
  open();
  now += Breaker::kRetryMin;
  ASSERT_EQ(breaker.allow(now), Permit::Probe);

  now += 500ms;

  EXPECT_EQ(breaker.allow(now), Permit::Probe);
}

TEST_F(BreakerTest, LateFailuresOfTheSameOutageDoNotCount) {
  open();

  for (int i = 0; i < 100; ++i) EXPECT_FALSE(breaker.failed(Permit::Normal, now));

  now += Breaker::kRetryMin;
  EXPECT_EQ(breaker.allow(now), Permit::Probe);
}

// However calls of several threads come in between each other.
TEST_F(BreakerTest, GaugeEndsAsTheBreakerDoesAndSuccessesCloseIt) {
  Breaker shared{1, 1ms, state};
  for (int round = 0; round < 10; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200'000; ++i) {
          if ((i + t) % 2 == 0) {
            shared.succeeded();
          } else {
            shared.failed(shared.allow(now), now);
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(state.value() != 0, shared.is_open());
    shared.succeeded();
    ASSERT_FALSE(shared.is_open());
  }
}

}  // namespace

}  // namespace vitals::detail
