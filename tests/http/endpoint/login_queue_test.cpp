#include "http/endpoint/login_queue.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/credentials.hpp"
#include "http/access/test_folder.hpp"
#include "http/http_client.hpp"

namespace vitals::detail {
namespace {

using ::testing::ElementsAre;
using vitals::testing::eventually;

// Addresses of one network, which differ in their last byte.
PeerKey peer(unsigned char network, unsigned char n = 0) {
  PeerKey key{};
  key[0] = network;
  key[7] = n;
  return key;
}

std::string name_of(const PeerKey& key) {
  return std::to_string(key[0]) + (key[7] > 0 ? '/' + std::to_string(key[7]) : "");
}

// A user `slow`, whose password takes about a quarter of a second, and one who is `quick`; both have the password
// `secret`.
struct LoginQueueTest : ::testing::Test {
  ~LoginQueueTest() override { queue.stop(std::chrono::seconds{10}); }

  void add(unsigned char from, const std::string& login, bool is_known = false) { add(peer(from), login, is_known); }
  void add(const PeerKey& from, const std::string& login, bool is_known = false) {
    queue.add({.peer = from,
               .is_known = is_known,
               .authorization = vitals::testing::basic(login),
               .deliver =
                   [this, from](bool granted) {
                     const std::lock_guard lock{mutex};
                     told.push_back(name_of(from) + (granted ? " granted" : " denied"));
                   },
               .wanted_by = wanted});
  }
  bool are_told(std::size_t n) {
    return eventually([&] {
      const std::lock_guard lock{mutex};
      return told.size() == n;
    });
  }

  vitals::testing::TestFolder folder;
  const std::string users = folder.write("users", "slow:" + vitals::testing::hash_of("secret", 12) +
                                                      "\nquick:" + vitals::testing::hash_of("secret") + "\n");
  std::shared_ptr<const int> wanted = std::make_shared<const int>();
  std::mutex mutex;
  std::vector<std::string> told;
  LoginQueue queue{std::make_shared<AccessControl>(AccessOptions{.users_file = users})};
};

TEST_F(LoginQueueTest, TellsWhoseLoginItIs) {
  add(1, "quick:secret");
  ASSERT_TRUE(are_told(1));
  add(1, "quick:wrong");
  ASSERT_TRUE(are_told(2));
  EXPECT_THAT(told, ElementsAre("1 granted", "1 denied"));
}

TEST_F(LoginQueueTest, ForgetsTheLoginsThatNobodyWaitsFor) {
  add(1, "slow:secret");
  const auto first = std::exchange(wanted, std::make_shared<const int>());
  add(2, "quick:1");
  wanted = std::make_shared<const int>();
  add(3, "quick:2");
  ASSERT_TRUE(are_told(2));
  EXPECT_THAT(told, ElementsAre("1 granted", "3 denied"));
}

// First those that were served before, last those that have failed. The fourth turn is that of who has waited the
// longest.
TEST_F(LoginQueueTest, WhoGuessesWaitsForWhoDoesNot) {
  add(5, "quick:1");
  ASSERT_TRUE(are_told(1));
  add(5, "quick:2");
  ASSERT_TRUE(are_told(2));
  told.clear();
  add(6, "slow:wrong", true);
  add(5, "quick:3");
  add(5, "quick:4");
  add(8, "quick:5");
  add(9, "quick:6");
  add(3, "quick:7", true);

  ASSERT_TRUE(are_told(6));
  EXPECT_THAT(told, ElementsAre("6 denied", "5 denied", "3 denied", "8 denied", "9 denied", "5 denied"));
}

// Who guesses from many addresses has them of one network; a scraper that comes from another needs not wait for each.
TEST_F(LoginQueueTest, WhoGuessesFromManyAddressesWaitsForWhoDoesNot) {
  add(peer(7, 1), "quick:1");
  ASSERT_TRUE(are_told(1));
  told.clear();
  add(6, "slow:wrong", true);
  for (const unsigned char i : {2, 1, 3, 4}) add(peer(7, i), "quick:" + std::to_string(i));
  add(8, "quick:secret");

  ASSERT_TRUE(are_told(6));
  EXPECT_THAT(told, ElementsAre("6 denied", "8 granted", "7/2 denied", "7/3 denied", "7/4 denied", "7/1 denied"));
}

TEST_F(LoginQueueTest, WhoHasMistypedIsForgiven) {
  add(7, "quick:1");
  ASSERT_TRUE(are_told(1));
  add(7, "quick:secret");
  ASSERT_TRUE(are_told(2));
  told.clear();
  add(8, "slow:wrong", true);
  add(9, "quick:2");
  add(7, "quick:3");
  add(8, "quick:4");

  ASSERT_TRUE(are_told(4));
  EXPECT_THAT(told, ElementsAre("8 denied", "9 denied", "7 denied", "8 denied"));
}

}  // namespace
}  // namespace vitals::detail
