#include "http/access/networks.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/access/test_folder.hpp"

namespace vitals::testing {
namespace {

using detail::Networks;
using detail::PeerAddress;
using ::testing::HasSubstr;

PeerAddress peer(const std::string& text) {
  PeerAddress address{};
  if (text.find(':') != text.npos) {
    EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), address.data()), 1) << text;
  } else {
    address[10] = address[11] = 0xff;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), address.data() + 12), 1) << text;
  }
  return address;
}

bool contains(const std::vector<std::string>& networks, const std::string& address) {
  return Networks{networks}.contains(peer(address));
}

std::string refusal(const std::string& network) {
  return refusal_of([&] { Networks{std::vector{network}}; });
}

TEST(Networks, HaveTheAddressesBetweenTheirFirstAndTheirLast) {
  EXPECT_TRUE(contains({"10.0.0.0/8"}, "10.0.0.0"));
  EXPECT_TRUE(contains({"10.0.0.0/8"}, "10.255.255.255"));
  EXPECT_FALSE(contains({"10.0.0.0/8"}, "9.255.255.255"));
  EXPECT_FALSE(contains({"10.0.0.0/8"}, "11.0.0.0"));
  EXPECT_TRUE(contains({"192.0.2.128/25"}, "192.0.2.128"));
  EXPECT_FALSE(contains({"192.0.2.128/25"}, "192.0.2.127"));
  EXPECT_TRUE(contains({"fd00::/9"}, "fd7f:ffff::1"));
  EXPECT_FALSE(contains({"fd00::/9"}, "fd80::"));
  EXPECT_TRUE(contains({"2001:db8::7"}, "2001:DB8:0::7"));
  EXPECT_FALSE(contains({"2001:db8::7"}, "2001:db8::8"));
}

// Against the plain definition: the numbers are equal without their last bits.
TEST(Networks, ComparesEachLengthOfAPrefix) {
  constexpr std::uint32_t kAddress = 0xC0A8A5F3;
  const auto text = [](std::uint32_t value) {
    return std::to_string(value >> 24) + '.' + std::to_string(value >> 16 & 255) + '.' +
           std::to_string(value >> 8 & 255) + '.' + std::to_string(value & 255);
  };
  for (unsigned bits = 0; bits <= 32; ++bits) {
    const std::uint32_t mask = bits == 0 ? 0 : ~0U << (32 - bits);
    const Networks networks{std::vector{text(kAddress & mask) + '/' + std::to_string(bits)}};
    for (unsigned flipped = 0; flipped < 32; ++flipped) {
      const auto other = kAddress ^ 1U << flipped;
      EXPECT_EQ(networks.contains(peer(text(other))), (other & mask) == (kAddress & mask)) << bits << ' ' << flipped;
    }
  }
}

TEST(Networks, AreAnyOfThoseThatAreListed) {
  const std::vector<std::string> networks{"10.0.0.0/8", "fd00::/8", "192.0.2.7"};

  EXPECT_TRUE(contains(networks, "10.1.2.3"));
  EXPECT_TRUE(contains(networks, "fd12::1"));
  EXPECT_TRUE(contains(networks, "192.0.2.7"));
  EXPECT_FALSE(contains(networks, "192.0.2.8"));
  EXPECT_FALSE(contains({}, "192.0.2.7"));
  EXPECT_TRUE(Networks{}.empty());
  EXPECT_FALSE(Networks{networks}.empty());
}

TEST(Networks, OfIpv6HaveNoAddressOfIpv4ThatIsMappedIntoIt) {
  EXPECT_TRUE(contains({"::/0"}, "2001:db8::1"));
  EXPECT_FALSE(contains({"::/0"}, "192.0.2.7"));
  EXPECT_TRUE(contains({"0.0.0.0/0"}, "192.0.2.7"));
  EXPECT_FALSE(contains({"0.0.0.0/0"}, "2001:db8::1"));
  EXPECT_TRUE(contains({"::ffff:10.0.0.0/104"}, "10.1.2.3"));
}

TEST(Networks, RefusesTextsWithTheRuleAndTheFix) {
  EXPECT_EQ(refusal("10.0.0.5/8"),
            "vitals::EndpointOptions: allowed_networks '10.0.0.5/8': bits are set behind the 8 of the network; write "
            "10.0.0.0/8 for the network, "
            "or 10.0.0.5 for the address");
  EXPECT_THAT(refusal("fd00::1/8"), HasSubstr("write fd00::/8 for the network, or fd00::1 for the address"));
  EXPECT_THAT(refusal("10.0.0.0/33"), HasSubstr("a number of bits from 0 to 32 for IPv4"));
  EXPECT_THAT(refusal("fd00::/129"), HasSubstr("a number of bits from 0 to 128 for IPv6"));
  for (const auto* const bits :
       {"10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08", "10.0.0.0/8x", "10.0.0.0/8/8"})
    EXPECT_THAT(refusal(bits), HasSubstr("a number of bits from 0 to 32")) << bits;
  EXPECT_THAT(refusal("10.0.0.0/255.0.0.0"), HasSubstr("masks are not read"));
  EXPECT_THAT(refusal("localhost"), HasSubstr("names are not looked up"));
  EXPECT_THAT(refusal("[::1]"), HasSubstr("brackets belong to URLs"));
  EXPECT_THAT(refusal("10.0.0.1:9464"), HasSubstr("ports are not compared"));
  EXPECT_THAT(refusal("fe80::1%eth0"), HasSubstr("interfaces are not compared"));
  for (const auto* const short_one : {"10/8", "10.0.0", "10.0.0.256", "010.0.0.1", "1.2.3.4.5"})
    EXPECT_THAT(refusal(short_one), HasSubstr("four numbers from 0 to 255")) << short_one;
  EXPECT_THAT(refusal("1::2::3"), HasSubstr("this is no IPv6 address"));
  EXPECT_THAT(refusal(""), HasSubstr("it is empty"));
  for (const auto* const blank : {" 10.0.0.0/8", "10.0.0.0/8 ", "10.0.0.0/8,fd00::/8", "10.0.0.0/8\n"})
    EXPECT_THAT(refusal(blank), HasSubstr("blanks, commas and the like")) << blank;
  EXPECT_THAT(refusal("0.0.0.0"), HasSubstr("for every client write 0.0.0.0/0"));
  EXPECT_THAT(refusal("::"), HasSubstr("for every client write ::/0"));
}

}  // namespace
}  // namespace vitals::testing
