#include "tool/text/units.hpp"

#include <stdexcept>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

TEST(FormatValue, KeepsThreeDigitsOfTimesAndRates) {
  EXPECT_EQ(format_value(0.0000432, Unit::Seconds), "0.0432 ms");
  EXPECT_EQ(format_value(0.00321, Unit::Seconds), "3.21 ms");
  EXPECT_EQ(format_value(0.4999, Unit::Seconds), "500 ms");
  EXPECT_EQ(format_value(1.5, Unit::Seconds), "1.50 s");
  EXPECT_EQ(format_value(0, Unit::Seconds), "0.00 ms");
  EXPECT_EQ(format_value(5012.3, Unit::PerSecond), "5012 /s");
}

TEST(FormatValue, ShowsSizesAndNumbers) {
  EXPECT_EQ(format_value(512, Unit::Bytes), "512 B");
  EXPECT_EQ(format_value(65536, Unit::Bytes), "64.0 KiB");
  EXPECT_EQ(format_value(1.5 * 1024 * 1024, Unit::Bytes), "1.50 MiB");
  EXPECT_EQ(format_value(-2048, Unit::Bytes), "-2.00 KiB");
  EXPECT_EQ(format_value(12345, Unit::Number), "12345");
  EXPECT_EQ(format_value(1.23456, Unit::Number), "1.23");
}

// A double has 17 digits at most; 1e300 had 301, and 1e-300 none but zeros.
TEST(FormatValue, InventsNoDigits) {
  EXPECT_EQ(format_value(1e300, Unit::Number), "1e+300");
  EXPECT_EQ(format_value(-1e300, Unit::Number), "-1e+300");
  EXPECT_EQ(format_value(1e300, Unit::Seconds), "1e+300 s");
  EXPECT_EQ(format_value(1e300, Unit::Bytes), "9.31323e+290 GiB");
  EXPECT_EQ(format_value(1e300, Unit::PerSecond), "1e+300 /s");
  EXPECT_EQ(format_value(1e300, Unit::Ratio), "1e+302 %");
  EXPECT_EQ(format_value(123456789012345, Unit::Number), "123456789012345");
  EXPECT_EQ(format_value(1.00000001e16, Unit::Number, {{1e16}}), "1.00000001e+16");
  EXPECT_EQ(format_value(1e-300, Unit::Number), "1e-300");
  EXPECT_EQ(format_value(1e-14, Unit::Ratio), "1e-12 %");
  EXPECT_EQ(format_value(0, Unit::Number), "0");
  EXPECT_EQ(format_count(123456), "123456");
  EXPECT_EQ(format_count(1e300), "1e+300");
}

TEST(FormatValue, StandsOnTheSameSideOfAThresholdAsTheValue) {
  const auto beside = [](double value, Unit unit, double threshold) {
    return format_value(value, unit, {{threshold}});
  };

  EXPECT_EQ(beside(0.1504, Unit::Seconds, 0.15), "150.4 ms");
  EXPECT_EQ(beside(0.1496, Unit::Seconds, 0.15), "149.6 ms");
  EXPECT_EQ(beside(0.15, Unit::Seconds, 0.15), "150 ms");
  EXPECT_EQ(beside(0.1504, Unit::Seconds, 0.2), "150 ms");
  EXPECT_EQ(beside(0.15000001, Unit::Seconds, 0.15), "150.00001 ms");
  EXPECT_EQ(beside(0.999496, Unit::Ratio, 0.9995), "99.9496 %");
  EXPECT_EQ(beside(0.0010004, Unit::Ratio, 0.001), "0.10004 %");
  EXPECT_EQ(beside(99.6, Unit::PerSecond, 100), "99.6 /s");
  EXPECT_EQ(beside(99.996, Unit::PerSecond, 100), "99.996 /s");
  EXPECT_EQ(beside(65537, Unit::Bytes, 65536), "64.001 KiB");
  EXPECT_EQ(format_value(0.1504, Unit::Seconds, {}), "150 ms");
}

TEST(FormatShare, NeverLooksAsIfItReachedWhatItDoesNot) {
  EXPECT_EQ(format_share(1, 0.95), "100 %");
  EXPECT_EQ(format_share(0.99999, 0.95), "99.99 %");
  EXPECT_EQ(format_share(0.94999, 0.95), "94.99 %");
  EXPECT_EQ(format_share(0.95, 0.95), "95.00 %");
  EXPECT_EQ(format_share(0.9999912, 0.99999), "99.9991 %");
  EXPECT_EQ(format_share(0.9999899, 0.99999), "99.99 %");
}

TEST(FormatShares, RoundsOutwards) {
  EXPECT_EQ(format_shares(0.99601, 0.99859), "99.60..99.86 %");
  EXPECT_EQ(format_shares(0, 0.000609), "0..0.061 %");
  EXPECT_EQ(format_shares(0.99939, 1), "99.939..100 %");
  EXPECT_EQ(format_shares(0, 1), "0..100 %");
}

TEST(FormatValue, NeverRoundsARatioToAllOrNothing) {
  EXPECT_EQ(format_value(0, Unit::Ratio), "0 %");
  EXPECT_EQ(format_value(1, Unit::Ratio), "100 %");
  EXPECT_EQ(format_value(0.999996, Unit::Ratio), "99.99960 %");
  EXPECT_EQ(format_value(0.000004, Unit::Ratio), "0.00040 %");
  EXPECT_EQ(format_value(0.9034, Unit::Ratio), "90.34 %");
}

}  // namespace
}  // namespace vitals::tool
