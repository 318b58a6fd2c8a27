#include "core/series/keys_beyond_limit.hpp"

#include <atomic>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(KeysBeyondLimit, HasWhatWasPutForThatStateOfTheTable) {
  KeysBeyondLimit keys;
  const std::uint64_t hash = 0x0123'4567'89AB'CDEF;
  EXPECT_FALSE(keys.have(hash, 2));

  keys.put(hash, 2);

  EXPECT_TRUE(keys.have(hash, 2));
  EXPECT_FALSE(keys.have(hash, 4));
  EXPECT_FALSE(keys.have(hash ^ std::uint64_t{1} << 40, 2));
}

// Keys that share a place: the last four are there.
TEST(KeysBeyondLimit, TheNewestStay) {
  KeysBeyondLimit keys;
  for (std::uint64_t i = 1; i <= 6; ++i) keys.put(i << 32, 2);

  for (std::uint64_t i = 1; i <= 6; ++i) EXPECT_EQ(keys.have(i << 32, 2), i > 2) << i;
}

TEST(KeysBeyondLimit, HoldsHundredsOfKeysAtOnce) {
  KeysBeyondLimit keys;
  std::mt19937_64 random{1};
  std::vector<std::uint64_t> hashes(300);
  for (auto& hash : hashes) keys.put(hash = random(), 2);

  std::size_t there = 0;
  for (const std::uint64_t hash : hashes) there += keys.have(hash, 2) ? 1 : 0;
  EXPECT_GE(there, 290U);
}

TEST(KeysBeyondLimit, ThreadsNeverMakeAKeyThatNobodyPut) {
  KeysBeyondLimit keys;
  std::atomic<bool> done{false};
  std::vector<std::thread> writers;
  for (const std::uint64_t first : {1U, 2U}) {
    writers.emplace_back([&, first] {
      for (std::uint64_t i = 0; i < 100'000; ++i) keys.put((first + 2 * (i % 50)) << 32, 2);
      done = true;
    });
  }
  std::uint64_t wrong = 0;
  for (std::uint64_t i = 0; !done; i = (i + 1) % 50) wrong += keys.have((1'000 + i) << 32, 2) ? 1 : 0;
  for (std::thread& writer : writers) writer.join();

  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace vitals::detail
