#include "http/access/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using detail::RateLimiter;
using detail::RequestRate;

constexpr RateLimiter::Clock::time_point kStart{24h};

int admitted(RateLimiter& limiter, int requests, RateLimiter::Clock::time_point at) {
  int n = 0;
  for (int i = 0; i < requests; ++i) n += limiter.admit(at) ? 1 : 0;
  return n;
}

TEST(RateLimiter, AdmitsABurstAndThenOneEachInterval) {
  RateLimiter limiter(RequestRate{1s, 3});

  EXPECT_EQ(admitted(limiter, 10, kStart), 3);
  EXPECT_EQ(admitted(limiter, 10, kStart + 999ms), 0);
  EXPECT_EQ(admitted(limiter, 10, kStart + 1s), 1);
  EXPECT_EQ(admitted(limiter, 10, kStart + 3s), 2);
  EXPECT_EQ(admitted(limiter, 10, kStart + 1h), 3);
}

TEST(RateLimiter, AdmitsAllWithoutALimit) {
  RateLimiter limiter;
  EXPECT_EQ(admitted(limiter, 1000, kStart), 1000);
}

TEST(RateLimiter, IsFullAgainWithAnotherLimitAlone) {
  RateLimiter limiter(RequestRate{1s, 2});
  EXPECT_EQ(admitted(limiter, 10, kStart), 2);

  EXPECT_FALSE(limiter.replace(RequestRate{1s, 2}));
  EXPECT_EQ(admitted(limiter, 10, kStart), 0);
  EXPECT_TRUE(limiter.replace(RequestRate{1s, 4}));
  EXPECT_EQ(admitted(limiter, 10, kStart), 4);
  EXPECT_TRUE(limiter.replace(std::nullopt));
  EXPECT_EQ(admitted(limiter, 10, kStart), 10);
}

TEST(RateLimiter, CountsTheLargestLimitWithoutOverflow) {
  RateLimiter limiter(RequestRate{1h, 1'000'000});
  EXPECT_EQ(admitted(limiter, 1'000'001, kStart), 1'000'000);
}

}  // namespace
}  // namespace vitals::testing
