#include "core/text/quantity.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <stdexcept>

#include <gmock/gmock.h>

namespace vitals::detail {
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
  EXPECT_EQ(parse_quantity("50").value, 50);
  EXPECT_EQ(parse_quantity("50").unit, Unit::Number);
  EXPECT_EQ(parse_quantity("64KiB").value, 65536);
  EXPECT_EQ(parse_quantity("1.5 MB").value, 1.5e6);
  EXPECT_EQ(parse_quantity("512B").unit, Unit::Bytes);
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
       {"", "ms", ".", "-5ms", "+5ms", "1e3ms", "5 parsecs", "5ms ", " 5ms", "1..5s", "nan%", "5//s"}) {
    try {
      parse_quantity(text);
      ADD_FAILURE() << text;
    } catch (const std::invalid_argument& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("write a number and its unit: 50ms")) << text;
    }
  }
}

TEST(ParseQuantity, TimesAreExactInNanosecondsOrHaveNone) {
  using std::chrono::nanoseconds;
  const auto time = [](const char* text) { return parse_quantity(text).time; };

  EXPECT_EQ(time("150ms"), nanoseconds{150'000'000});
  EXPECT_EQ(time("0.001us"), nanoseconds{1});
  EXPECT_EQ(time("0.0010us"), nanoseconds{1});
  EXPECT_EQ(time(".5s"), nanoseconds{500'000'000});
  EXPECT_EQ(time("1.5h"), nanoseconds{5'400'000'000'000});
  EXPECT_EQ(time("30d"), nanoseconds{2'592'000'000'000'000});
  EXPECT_EQ(time("9223372036.854775807s"), nanoseconds{9'223'372'036'854'775'807});
  EXPECT_EQ(time("9223372036.854775808s"), std::nullopt);
  EXPECT_EQ(time("99999999999999999999s"), std::nullopt);
  EXPECT_EQ(time("0.0005us"), std::nullopt);
  EXPECT_EQ(time("50%"), std::nullopt);
}

TEST(QuantityTexts, AreShortAndForPeople) {
  using namespace std::chrono_literals;

  EXPECT_EQ(time_text(150ms), "150ms");
  EXPECT_EQ(time_text(1000ms), "1s");
  EXPECT_EQ(time_text(90s), "90s");
  EXPECT_EQ(time_text(30 * 24h), "30d");
  EXPECT_EQ(time_text(1500ns), "1.5us");
  EXPECT_EQ(time_text(1ns), "0.001us");
  EXPECT_EQ(time_text(0ns), "0s");
  EXPECT_EQ(percent_text(0.999), "99.9%");
  EXPECT_EQ(percent_text(0.001), "0.1%");
  EXPECT_EQ(percent_text(0.00001), "0.001%");
  EXPECT_EQ(percent_text(1), "100%");
  EXPECT_EQ(rate_text(100), "100/s");
  EXPECT_EQ(rate_text(1e20), "100000000000000000000/s");
  EXPECT_EQ(decimal_text(14.4), "14.4");
  EXPECT_EQ(decimal_text(0), "0");
}

TEST(QuantityTexts, AreReadAsTheVerySameValue) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    const auto bits = random();
    const double number = std::ldexp(static_cast<double>(bits >> 11), static_cast<int>(bits % 200) - 150);
    const std::chrono::nanoseconds time{static_cast<std::int64_t>(random() >> (1 + bits % 60))};

    ASSERT_EQ(parse_quantity(percent_text(number)).value, number);
    ASSERT_EQ(parse_quantity(rate_text(number)).value, number);
    ASSERT_EQ(parse_quantity(decimal_text(number)).value, number);
    ASSERT_EQ(parse_quantity(time_text(time)).time, time) << time_text(time);
  }
}

TEST(Quantity, RoundedNumbersAreTheDecimalsThatWereMeant) {
  ASSERT_NE(1 - 0.07, 0.93);
  EXPECT_EQ(rounded(1 - 0.07, 15), 0.93);
  EXPECT_EQ(rounded(1 - 0.95, 6), 0.05);
  EXPECT_EQ(rounded(1e-300 / 3, 3), 3.33e-301);
}

}  // namespace
}  // namespace vitals::detail
