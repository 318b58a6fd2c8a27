#include "tool/text/units.hpp"

#include <stdexcept>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

TEST(ParseQuantity, ReadsEveryUnit) {
  EXPECT_EQ(parse_quantity("250us").value, 0.00025);
  EXPECT_EQ(parse_quantity("1.5s").value, 1.5);
  EXPECT_EQ(parse_quantity("2m").value, 120);
  EXPECT_EQ(parse_quantity("1h").value, 3600);
  EXPECT_EQ(parse_quantity("99.9%").value, 0.999);
  EXPECT_EQ(parse_quantity("99.9%").unit, Unit::Ratio);
  EXPECT_EQ(parse_quantity("100/s").value, 100);
  EXPECT_EQ(parse_quantity("100/s").unit, Unit::PerSecond);
  EXPECT_EQ(parse_quantity("50 ms").value, 0.05);
}

// 0.3 is not 300 * 0.001 in binary: a threshold that was computed would miss its bucket.
TEST(ParseQuantity, GivesTheVeryDoubleOfTheDecimal) {
  for (int ms = 1; ms <= 2000; ++ms) {
    const std::string text = std::to_string(ms);
    const double seconds = std::strtod((text + "e-3").c_str(), nullptr);

    EXPECT_EQ(parse_quantity(text + "ms").value, seconds) << text;
  }
  EXPECT_EQ(parse_quantity("0.1%").value, 0.001);
  EXPECT_EQ(parse_quantity("300ms").value, 0.3);
}

TEST(ParseQuantity, RejectsWhatIsNoQuantityAndSaysWhatToWrite) {
  for (const auto* text :
       {"", "50", "ms", ".", "-5ms", "+5ms", "1e3ms", "5 parsecs", "5ms ", " 5ms", "1..5s", "nan%", "5//s"}) {
    try {
      parse_quantity(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("write a number and its unit: 50ms")) << text;
    }
  }
}

TEST(FormatValue, KeepsThreeDigitsOfTimesAndRates) {
  EXPECT_EQ(format_value(0.0000432, Unit::Seconds), "0.0432 ms");
  EXPECT_EQ(format_value(0.00321, Unit::Seconds), "3.21 ms");
  EXPECT_EQ(format_value(0.4999, Unit::Seconds), "500 ms");
  EXPECT_EQ(format_value(1.5, Unit::Seconds), "1.50 s");
  EXPECT_EQ(format_value(0, Unit::Seconds), "0.00 ms");
  EXPECT_EQ(format_value(5012.3, Unit::PerSecond), "5012 /s");
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
