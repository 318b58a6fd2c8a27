#include "http/endpoint/admission.hpp"

#include <chrono>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;

PeerKey peer(unsigned char n) {
  PeerKey key{};
  key[0] = n;
  return key;
}

// Connections in slots: a free one after them if has_slot.
struct Connections {
  std::vector<std::optional<Standing>> all;

  Connections& add(unsigned char from, Worth worth, std::chrono::seconds age = 0s, int times = 1,
                   bool is_known = false) {
    const auto now = std::chrono::steady_clock::time_point{} + 1h;
    for (int i = 0; i < times; ++i) {
      all.push_back(Standing{.peer = peer(from), .worth = worth, .since = now - age});
      if (is_known) all.back()->known_since = now;
    }
    return *this;
  }
  Admission admit(unsigned char newcomer, ConnectionLimits limits, bool has_slot = true,
                  std::chrono::steady_clock::time_point known_since = std::chrono::steady_clock::time_point::max()) {
    if (has_slot) all.emplace_back();
    return vitals::detail::admit({peer(newcomer), known_since}, all, limits);
  }
};

constexpr ConnectionLimits kFourOfTwo{.all = 4, .per_peer = 2};

TEST(Admission, NobodyGoesWhileThereIsRoom) {
  const auto result = Connections{}.add(1, Worth::Stuck).admit(1, kFourOfTwo);
  EXPECT_TRUE(result.admitted);
  EXPECT_FALSE(result.victim);
}

// In the order in which they make room, whatever their ages.
TEST(Admission, TheLeastWorthOfTheAddressGoesFirst) {
  const std::vector order{Worth::Reset,   Worth::Stuck,     Worth::Slow,        Worth::Head,    Worth::Silent,
                          Worth::Doubted, Worth::LoggingIn, Worth::NewlySilent, Worth::Greeted, Worth::Greeting,
                          Worth::Idle,    Worth::Calling,   Worth::Reading,     Worth::Unread};
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    const auto result = Connections{}.add(1, order[i + 1], 100s).add(1, order[i]).admit(1, kFourOfTwo);
    EXPECT_EQ(result.victim, 1U) << i;
  }
}

// A flood of one kind makes room for itself: a scraper passes from one kind to the next.
TEST(Admission, OfThoseThatGoOnTheKindOfWhichThereAreTheMostMakesRoom) {
  const std::vector kinds{Worth::LoggingIn, Worth::Idle,     Worth::NewlySilent,
                          Worth::Greeted,   Worth::Greeting, Worth::Calling};
  constexpr ConnectionLimits kSixteen{.all = 64, .per_peer = 16};
  for (const auto flood : kinds) {
    for (const auto kind : kinds) {
      if (kind == flood) continue;
      auto connections = Connections{}.add(1, kind, 100s, 2).add(1, flood, 1s, 13).add(1, flood, 2s);
      EXPECT_EQ(connections.admit(1, kSixteen).victim, 15U);
      EXPECT_EQ(connections.add(1, Worth::Head).admit(1, kSixteen).victim, 17U);
    }
  }
}

TEST(Admission, TheOldestOfItsKindGoesFirst) {
  EXPECT_EQ(Connections{}.add(1, Worth::Head, 1s).add(1, Worth::Head, 9s).admit(1, kFourOfTwo).victim, 1U);
}

TEST(Admission, AtTheLimitOfAnAddressOthersStay) {
  EXPECT_EQ(Connections{}.add(2, Worth::Stuck).add(1, Worth::Unread, 0s, 2).admit(1, kFourOfTwo).victim, 1U);
}

TEST(Admission, WhoGathersDoesNotUseUpTheAddress) {
  const auto result = Connections{}.add(1, Worth::Gathering, 0s, 2).add(1, Worth::Idle).admit(1, kFourOfTwo);
  EXPECT_TRUE(result.admitted);
  EXPECT_FALSE(result.victim);
}

TEST(Admission, WhenAllPlacesAreTakenTheAddressWithTheMostMakesRoom) {
  const auto result = Connections{}
                          .add(2, Worth::Stuck, 100s)
                          .add(1, Worth::Unread)
                          .add(1, Worth::Reading)
                          .add(3, Worth::Silent)
                          .admit(4, kFourOfTwo);
  EXPECT_EQ(result.victim, 2U);
}

// Else who has two connections would go before many addresses with one each.
TEST(Admission, AFewConnectionsAreAsGoodAsOne) {
  constexpr ConnectionLimits kSixteen{.all = 6, .per_peer = 16};
  const auto result =
      Connections{}.add(1, Worth::Reading, 9s, 4).add(2, Worth::Silent).add(3, Worth::Head).admit(4, kSixteen);
  EXPECT_EQ(result.victim, 5U);
  EXPECT_EQ(Connections{}.add(1, Worth::Reading, 9s, 5).add(2, Worth::Head).admit(4, kSixteen).victim, 0U);
}

// But for one that idles, which its address can have back.
TEST(Admission, WhoWasServedBeforeStaysLonger) {
  constexpr ConnectionLimits kSixteen{.all = 6, .per_peer = 16};
  for (const auto worth : {Worth::Slow, Worth::LoggingIn, Worth::NewlySilent, Worth::Greeting, Worth::Reading}) {
    auto connections = Connections{}.add(1, worth, 9s, 1, true).add(2, Worth::Unread).add(3, Worth::Greeting, 1s, 4);
    EXPECT_EQ(connections.admit(4, kSixteen).victim, 2U);
  }
  EXPECT_EQ(Connections{}.add(1, Worth::Stuck, 0s, 1, true).add(2, Worth::Unread, 9s, 4).admit(4, {5, 16}).victim, 0U);
  EXPECT_EQ(Connections{}.add(1, Worth::Idle, 0s, 1, true).add(2, Worth::Reading, 9s, 5).admit(4, kSixteen).victim, 1U);
  EXPECT_EQ(Connections{}.add(1, Worth::Idle, 0s, 1, true).add(2, Worth::Reading, 9s, 4).admit(4, {5, 16}).victim, 0U);
}

// As many connections as half of its limit count as one.
TEST(Admission, WhoWasServedBeforeHasALargerShare) {
  constexpr ConnectionLimits kSixteen{.all = 20, .per_peer = 16};
  EXPECT_EQ(Connections{}.add(1, Worth::Greeting, 9s, 8, true).add(2, Worth::Unread, 1s, 12).admit(4, kSixteen).victim,
            8U);
  EXPECT_EQ(Connections{}
                .add(1, Worth::Greeting, 9s, 9, true)
                .add(2, Worth::Unread, 1s, 4)
                .add(3, Worth::Unread, 1s, 4)
                .add(5, Worth::Unread, 1s, 3)
                .admit(4, kSixteen)
                .victim,
            0U);
}

// Else a callback that takes long lets those who wait for it keep out others.
TEST(Admission, WhoGathersHoldsNoPlaceUntilAsManyDoAsThereArePlaces) {
  auto connections = Connections{}.add(1, Worth::Gathering, 9s, 2).add(2, Worth::Gathering, 0s, 2);
  connections.add(3, Worth::Unread).add(4, Worth::Unread, 1s, 2);
  const auto free = connections.admit(5, kFourOfTwo);
  EXPECT_TRUE(free.admitted);
  EXPECT_FALSE(free.victim);
  EXPECT_EQ(connections.add(6, Worth::Unread).admit(5, kFourOfTwo).victim, 5U);
}

TEST(Admission, WhoGathersMakesNoRoomForThoseThatDoNot) {
  auto connections = Connections{}.add(5, Worth::Gathering, 9s, 3);
  for (unsigned char from = 1; from <= 3; ++from) connections.add(from, Worth::Unread);
  EXPECT_EQ(connections.add(4, Worth::Unread, 1s).admit(6, kFourOfTwo).victim, 6U);
}

// Nor does what gathers count as the share of its address.
TEST(Admission, WhoHasOthersGatheringBesideItIsNotTakenForOneWithMany) {
  auto connections = Connections{}.add(5, Worth::Gathering, 9s, 3).add(5, Worth::Unread, 9s);
  for (unsigned char from = 1; from <= 3; ++from) connections.add(from, Worth::Silent);
  EXPECT_EQ(connections.admit(6, kFourOfTwo).victim, 4U);
}

TEST(Admission, WhoGathersIsSafeUpToTheShareOfItsAddress) {
  auto fair = Connections{}.add(1, Worth::Gathering, 0s, 2).add(2, Worth::Gathering, 0s, 2);
  fair.add(4, Worth::Gathering, 0s, 2).add(5, Worth::Gathering, 0s, 2);
  EXPECT_FALSE(fair.admit(3, kFourOfTwo).admitted);
  EXPECT_EQ(Connections{}.add(2, Worth::Gathering).add(1, Worth::Gathering, 0s, 7).admit(3, kFourOfTwo).victim, 1U);
}

// Who comes later must not keep out who was there before by waiting together.
TEST(Admission, WhoGathersGoesForAnAddressThatWasServedEarlier) {
  const auto then = std::chrono::steady_clock::time_point{} + 1min;
  auto strangers = Connections{}.add(1, Worth::Gathering, 2s, 4).add(2, Worth::Gathering, 1s, 4);
  EXPECT_EQ(strangers.admit(3, kFourOfTwo, true, then).victim, 0U);
  auto juniors = Connections{}.add(1, Worth::Gathering, 2s, 8, true);
  juniors.all[2]->known_since = then - 1s;
  EXPECT_EQ(juniors.admit(3, kFourOfTwo, true, then).victim, 0U);
  auto seniors = Connections{};
  for (unsigned char from = 1; from <= 4; ++from) seniors.add(from, Worth::Gathering, 2s, 2, true);
  for (auto& one : seniors.all) one->known_since = then - 1s;
  EXPECT_FALSE(seniors.admit(5, kFourOfTwo, true, then).admitted);
}

// It costs a client no more than one request to be served.
TEST(Admission, WhoWereServedBeforeKeepOutNobodyOnceTheyHaveMoreThanHalf) {
  constexpr ConnectionLimits kFive{.all = 5, .per_peer = 16};
  auto few = Connections{}.add(1, Worth::NewlySilent, 9s, 2, true).add(2, Worth::Unread, 1s, 3);
  EXPECT_EQ(few.admit(4, kFive).victim, 2U);
  auto many = Connections{}.add(1, Worth::NewlySilent, 9s, 3, true).add(2, Worth::Unread, 1s, 2);
  EXPECT_EQ(many.admit(4, kFive).victim, 0U);
}

TEST(Admission, ACrowdThatWasServedLaterTakesNothingFromWhoWasServedBefore) {
  constexpr ConnectionLimits kFive{.all = 5, .per_peer = 16};
  auto connections = Connections{}.add(1, Worth::NewlySilent, 9s, 1, true).add(2, Worth::Unread, 1s, 4, true);
  connections.all[0]->known_since -= 1s;
  EXPECT_EQ(connections.admit(4, kFive).victim, 1U);
}

// Else it would go before its request has arrived.
TEST(Admission, WhereAllOthersGatherWhoWasServedEarlierStays) {
  for (const auto worth : {Worth::NewlySilent, Worth::Greeting, Worth::Unread}) {
    auto connections =
        Connections{}.add(1, worth, 0s, 1, true).add(2, Worth::Gathering, 1s, 1).add(3, Worth::Gathering);
    for (unsigned char from = 4; from <= 8; ++from) connections.add(from, Worth::Gathering);
    EXPECT_FALSE(connections.admit(9, kFourOfTwo).admitted);
    EXPECT_EQ(connections.admit(9, kFourOfTwo, true, std::chrono::steady_clock::time_point{}).victim, 1U);
  }
}

TEST(Admission, AReaderThatHasTakenMuchMayHaltLonger) {
  EXPECT_EQ(worth_of_reader(250ms, 0), Worth::Reading);
  EXPECT_EQ(worth_of_reader(251ms, 0), Worth::Slow);
  EXPECT_EQ(worth_of_reader(1'001ms, 0), Worth::Stuck);
  EXPECT_EQ(worth_of_reader(750ms, 2'048'000), Worth::Reading);
  EXPECT_EQ(worth_of_reader(1'250ms, 1'000'000'000), Worth::Reading);
  EXPECT_EQ(worth_of_reader(1'251ms, 1'000'000'000), Worth::Slow);
  EXPECT_EQ(worth_of_reader(2'001ms, 1'000'000'000), Worth::Stuck);
}

TEST(Admission, WhoLeavesHoldsNoPlaceAndGoesForASlotAlone) {
  EXPECT_FALSE(Connections{}.add(1, Worth::Leaving, 0s, 4).admit(1, kFourOfTwo).victim);
  EXPECT_EQ(Connections{}.add(1, Worth::Stuck).add(1, Worth::Leaving, 0s, 4).admit(2, kFourOfTwo, false).victim, 1U);
}

}  // namespace
}  // namespace vitals::detail
