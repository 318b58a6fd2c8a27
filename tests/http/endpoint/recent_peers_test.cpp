#include "http/endpoint/recent_peers.hpp"

#include <chrono>
#include <cstddef>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;

PeerKey peer(std::size_t n) {
  PeerKey key{};
  key[0] = static_cast<unsigned char>(n >> 8U);
  key[1] = static_cast<unsigned char>(n);
  return key;
}

TEST(RecentPeers, HasWhatWasAddedAndNotRemoved) {
  RecentPeers peers;
  peers.add(peer(1));
  peers.add(peer(2));
  peers.remove(peer(1));
  EXPECT_FALSE(peers.has(peer(1)));
  EXPECT_TRUE(peers.has(peer(2)));
  EXPECT_FALSE(peers.has(peer(3)));
}

TEST(RecentPeers, KnowsSinceWhenOneIsThereAndWhenItWasAddedLast) {
  RecentPeers peers;
  const auto start = RecentPeers::Clock::now();
  peers.add(peer(1), start);
  peers.add(peer(1), start + 1h);
  EXPECT_EQ(peers.since(peer(1)), start);
  EXPECT_EQ(peers.last(peer(1)), start + 1h);
  EXPECT_EQ(peers.since(peer(2)), RecentPeers::Clock::time_point::max());
  EXPECT_EQ(peers.last(peer(2)), RecentPeers::Clock::time_point::max());
}

TEST(RecentPeers, ACrowdDrivesOutNoneThatGoesOn) {
  RecentPeers peers;
  const auto start = RecentPeers::Clock::now();
  for (std::size_t i = 0; i < RecentPeers::kMost; ++i) peers.add(peer(i), start);
  peers.add(peer(5'000), start + 1min);
  EXPECT_FALSE(peers.has(peer(5'000)));
  peers.add(peer(0), start + 14min);
  peers.add(peer(5'000), start + 15min);
  EXPECT_TRUE(peers.has(peer(5'000)));
  EXPECT_TRUE(peers.has(peer(0)));
  EXPECT_FALSE(peers.has(peer(1)));
  EXPECT_TRUE(peers.has(peer(2)));
}

}  // namespace
}  // namespace vitals::detail
