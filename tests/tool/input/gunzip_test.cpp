#include "tool/input/gunzip.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

TEST(Gunzip, LimitsTheTextOfAllMembersTogether) {
  const auto member = gzipped("head -c 100000 /dev/zero");
  ASSERT_LT(member.size(), 1000U);

  EXPECT_EQ(gunzip(member, 100'000).size(), 100'000U);
  EXPECT_EQ(gunzip(member + member, 200'000).size(), 200'000U);
  EXPECT_THROW(gunzip(member, 99'999), std::length_error);
  EXPECT_THROW(gunzip(member + member, 199'999), std::length_error);
}

TEST(Gunzip, RefusesEveryStreamThatIsCutOff) {
  const auto stream = gzipped("seq 100");

  for (std::size_t size = 0; size < stream.size(); ++size)
    EXPECT_THROW(gunzip(stream.substr(0, size), 10'000), std::invalid_argument) << size;
  EXPECT_EQ(gunzip(stream, 10'000).size(), 292U);
}

TEST(Gunzip, ReadsMembersWithoutText) {
  const auto none = gzipped("printf ''");

  EXPECT_EQ(gunzip(none, 10), "");
  EXPECT_EQ(gunzip(none + gzipped("printf 'a 1\n'") + none, 4), "a 1\n");
}

}  // namespace
}  // namespace vitals::tool
