#include "tool/top/screen_text.hpp"

#include <clocale>
#include <string>

#include <gtest/gtest.h>

#include "tool/top/sparkline.hpp"

namespace vitals::tool {
namespace {

class ScreenText : public testing::Test {
 protected:
  void SetUp() override { ASSERT_NE(std::setlocale(LC_CTYPE, "C.UTF-8"), nullptr); }
  void TearDown() override { std::setlocale(LC_CTYPE, "C"); }
};

std::string utf8(std::string_view text, std::size_t width, Align align = Align::Left) {
  return fit(text, width, Charset::Utf8, align);
}

TEST_F(ScreenText, IsPaddedOrCutToItsColumns) {
  EXPECT_EQ(utf8("abc", 5), "abc  ");
  EXPECT_EQ(utf8("abc", 5, Align::Right), "  abc");
  EXPECT_EQ(utf8("abc", 3), "abc");
  EXPECT_EQ(utf8("abcd", 3), "ab\u2026");
  EXPECT_EQ(utf8("abcd", 1), "\u2026");
  EXPECT_EQ(utf8("abcd", 0), "");
  EXPECT_EQ(fit("abcd", 3, Charset::Ascii), "ab~");
}

TEST_F(ScreenText, WideCharactersTakeTwoColumns) {
  EXPECT_EQ(utf8("\u65e5\u672c", 5), "\u65e5\u672c ");
  EXPECT_EQ(utf8("\u65e5\u672c", 4), "\u65e5\u672c");
  EXPECT_EQ(utf8("\u65e5\u672c", 3), "\u65e5\u2026");
  EXPECT_EQ(utf8("\u65e5\u672c", 2), "\u2026 ");
  EXPECT_EQ(columns_of("a\u65e5", Charset::Utf8), 3U);
}

TEST_F(ScreenText, MarksStandOnTheirCharacterAndAreFew) {
  EXPECT_EQ(utf8("e\u0301x", 3), "e\u0301x ");
  EXPECT_EQ(utf8("e\u0301\u0301\u0301\u0301x", 2), "e\u0301\u0301x");
  EXPECT_EQ(utf8("\u0301x", 2), "\ufffdx");
  std::string many = "e";
  for (int i = 0; i < 100'000; ++i) many += "\u0301";
  EXPECT_LT(utf8(many, 4).size(), 40U);
}

TEST_F(ScreenText, NothingInItDrivesTheTerminal) {
  EXPECT_EQ(utf8("\x1b[2J", 4), "\ufffd[2J");
  EXPECT_EQ(utf8("a\nb\r\t\x7f", 6), "a\ufffd\x62\ufffd\ufffd\ufffd");
  EXPECT_EQ(utf8("\u009b1m", 3), "\ufffd1m");
  EXPECT_EQ(utf8("\u202ex", 2), "\ufffdx");
  EXPECT_EQ(utf8("a\u200d\u200bb", 2), "ab");
  EXPECT_EQ(utf8("\xff\xe4x", 3), "\ufffd\ufffdx");
  EXPECT_EQ(fit("\x1b\u65e5\xff", 3, Charset::Ascii), "???");
}

// No byte of any text gets through that isn't printable, whatever the width.
TEST_F(ScreenText, AllBytesAreHarmless) {
  for (int first = 0; first < 256; ++first) {
    for (const char* rest : {"", "\x9b", "\u0301", "[2J", "\x80\x80"}) {
      for (const auto charset : {Charset::Ascii, Charset::Utf8}) {
        const auto text = fit(std::string(1, static_cast<char>(first)) + rest, 6, charset);
        EXPECT_EQ(columns_of(text, charset), 6U) << first << rest;
        for (std::size_t i = 0; i < text.size(); ++i) {
          const auto byte = static_cast<unsigned char>(text[i]);
          EXPECT_TRUE(byte >= 0x20 && byte != 0x7f) << first;
          const bool is_c1 = byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
          EXPECT_FALSE(is_c1) << first;
        }
      }
    }
  }
}

TEST_F(ScreenText, OnlyWhatTerminalsAgreeAboutIsSimple) {
  EXPECT_TRUE(is_simple("abc \u2713\u2581"));
  EXPECT_FALSE(is_simple("\u65e5"));
  EXPECT_FALSE(is_simple("e\u0301"));
}

TEST(Sparkline, ShowsTheNewestValuesUpToTheLargest) {
  const double nan = std::numeric_limits<double>::quiet_NaN();

  EXPECT_EQ(sparkline({0, 1, 2, 4, 8}, 5, Charset::Utf8), "\u2581\u2581\u2582\u2584\u2588");
  EXPECT_EQ(sparkline({100, 0, 1, nan, 2}, 4, Charset::Ascii), "_- #");
  EXPECT_EQ(sparkline({1}, 3, Charset::Utf8), "  \u2588");
  EXPECT_EQ(sparkline({}, 3, Charset::Utf8), "   ");
  EXPECT_EQ(sparkline({0, 0}, 2, Charset::Ascii), "__");
}

}  // namespace
}  // namespace vitals::tool
