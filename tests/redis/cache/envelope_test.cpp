#include "redis/cache/envelope.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;

TEST(Envelope, SurvivesWithAndWithoutIdentity) {
  const std::chrono::system_clock::time_point expiry{1'700'000'000'123ms};
  for (const std::string_view identity : {"", "who"}) {
    const std::string bytes = seal({12ms, expiry, identity, "pay\nload"});

    const auto envelope = unseal(bytes);

    ASSERT_TRUE(envelope);
    EXPECT_EQ(envelope->cost, 12ms);
    EXPECT_EQ(envelope->expiry, expiry);
    EXPECT_EQ(envelope->identity, identity);
    EXPECT_EQ(envelope->payload, "pay\nload");
  }
}

TEST(Envelope, ExtremesAreClamped) {
  const std::string bytes =
      seal({std::chrono::hours{24 * 365 * 100}, std::chrono::system_clock::time_point::min(), "", ""});

  const auto envelope = unseal(bytes);

  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->cost, 4294967295ms);
  EXPECT_EQ(envelope->expiry.time_since_epoch(), 0ms);
  EXPECT_TRUE(unseal("\xa1" + std::string(1, '\0') + std::string(12, '\xff')));
}

TEST(Envelope, WhatItCannotReadIsRefused) {
  const std::string whole = seal({0ms, {}, "identity", ""});
  std::string version = whole;
  version[0] = '\xa2';
  std::string compressed = whole;
  compressed[1] = 2;

  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(unseal(whole.substr(0, size))) << size;
  EXPECT_FALSE(unseal(version));
  EXPECT_FALSE(unseal(compressed));
  EXPECT_FALSE(unseal("some text of another program"));
}

}  // namespace

}  // namespace vitals::detail
