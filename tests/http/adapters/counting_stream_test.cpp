#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <vitals/http/detail/counting_stream.hpp>

namespace vitals::detail {
namespace {

TEST(CountingStream, PassesOnAndCounts) {
  std::ostringstream to;
  CountingStream stream;
  stream.pass_to(to);

  stream << "ab" << 'c' << 17 << std::flush;
  stream.put('d').write("efg", 3);
  stream.add(100);

  EXPECT_EQ(to.str(), "abc17defg");
  EXPECT_EQ(stream.bytes(), 109U);
  EXPECT_TRUE(stream);
}

TEST(CountingStream, CountsNothingThatTheOtherDidNotTake) {
  std::ostringstream to;
  to.setstate(std::ios::badbit);
  CountingStream stream;
  stream.pass_to(to);

  stream << "ab";

  EXPECT_EQ(stream.bytes(), 0U);
  EXPECT_FALSE(stream);
}

TEST(CountingStream, FlushedBeforeItHasAnotherStaysGood) {
  CountingStream stream;

  stream.flush();

  EXPECT_TRUE(stream);
}

}  // namespace
}  // namespace vitals::detail
