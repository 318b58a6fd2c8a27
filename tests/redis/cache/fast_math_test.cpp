// Compiled with -ffast-math.
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <vitals/redis/detail/arguments.hpp>

namespace vitals::detail {
namespace {

std::string part_of(double value) {
  std::string out;
  append_floating(out, value);
  return out;
}

TEST(FastMath, EqualNumbersHaveEqualKeys) {
  volatile double zero = 0;
  double other_nan = 0;
  const std::uint64_t bits = 0xFFF8'0000'0000'0001;
  std::memcpy(&other_nan, &bits, sizeof bits);

  EXPECT_EQ(part_of(zero), part_of(-1 * zero));
  EXPECT_EQ(part_of(-0.0), part_of(0.0));
  EXPECT_EQ(part_of(std::numeric_limits<double>::quiet_NaN()), part_of(other_nan));
  EXPECT_NE(part_of(1), part_of(2));
}

}  // namespace
}  // namespace vitals::detail
