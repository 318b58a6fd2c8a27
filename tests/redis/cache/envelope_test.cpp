#include "redis/cache/envelope.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "redis/cache/little_endian.hpp"

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;

struct Times {
  std::uint32_t cost = 0;
  std::uint64_t expiry = 0;
};

Times times_of(std::string_view bytes) {
  Times times;
  bytes.remove_prefix(2);
  EXPECT_TRUE(take_number(bytes, times.cost) && take_number(bytes, times.expiry));
  return times;
}

TEST(Envelope, SurvivesWithAndWithoutIdentity) {
  const std::chrono::system_clock::time_point expiry{1'700'000'000'123ms};
  for (const std::string_view identity : {"", "who"}) {
    const std::string bytes = seal({identity, "pay\nload", 77}, 12ms, expiry);

    const auto envelope = unseal(bytes);

    ASSERT_TRUE(envelope);
    EXPECT_EQ(times_of(bytes).cost, 12U);
    EXPECT_EQ(times_of(bytes).expiry, 1'700'000'000'123U);
    EXPECT_EQ(envelope->identity, identity);
    EXPECT_EQ(envelope->write, 77U);
    EXPECT_EQ(envelope->payload, "pay\nload");
  }
}

TEST(Envelope, IsLittleEndian) {
  using namespace std::string_literals;

  EXPECT_EQ(seal({"id", "x", 0x0a0b}, 0x01020304ms, std::chrono::system_clock::time_point{0x0102030405ms}),
            "\xa2\x04\x04\x03\x02\x01\x05\x04\x03\x02\x01\0\0\0\x0b\x0a\0\0\0\0\0\0\x02\0\0\0idx"s);
}

TEST(Envelope, ExtremesAreClamped) {
  const std::string bytes =
      seal({"", ""}, std::chrono::hours{24 * 365 * 100}, std::chrono::system_clock::time_point::min());

  ASSERT_TRUE(unseal(bytes));
  EXPECT_EQ(times_of(bytes).cost, 4294967295U);
  EXPECT_EQ(times_of(bytes).expiry, 0U);
  EXPECT_TRUE(unseal("\xa2" + std::string(1, '\0') + std::string(20, '\xff')));
}

TEST(Envelope, WhatItCannotReadIsRefused) {
  const std::string whole = seal({"identity", ""}, 0ms, {});
  std::string version = whole;
  version[0] = '\xa1';
  std::string compressed = whole;
  compressed[1] = 2;

  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(unseal(whole.substr(0, size))) << size;
  EXPECT_FALSE(unseal(version));
  EXPECT_FALSE(unseal(compressed));
  EXPECT_FALSE(unseal("some text of another program"));
}

}  // namespace

}  // namespace vitals::detail
