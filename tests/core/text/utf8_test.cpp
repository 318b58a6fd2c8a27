#include "core/text/utf8.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

TEST(Utf8, EveryCodePointPassesAndEverySurrogateIsReplaced) {
  for (unsigned point = 0; point <= 0x110000; ++point) {
    std::string text;
    if (point < 0x80) {
      text = {static_cast<char>(point)};
    } else if (point < 0x800) {
      text = {static_cast<char>(0xC0 | point >> 6), static_cast<char>(0x80 | (point & 63))};
    } else if (point < 0x10000) {
      text = {static_cast<char>(0xE0 | point >> 12), static_cast<char>(0x80 | (point >> 6 & 63)),
              static_cast<char>(0x80 | (point & 63))};
    } else {
      text = {static_cast<char>(0xF0 | point >> 18), static_cast<char>(0x80 | (point >> 12 & 63)),
              static_cast<char>(0x80 | (point >> 6 & 63)), static_cast<char>(0x80 | (point & 63))};
    }
    const bool valid = (point < 0xD800 || point > 0xDFFF) && point < 0x110000;
    ASSERT_EQ(detail::is_valid_utf8(text), valid) << point;
    ASSERT_EQ(detail::to_valid_utf8(text) == text, valid) << point;
  }
}

TEST(Utf8, ReplacesEachMaximalSubpartOnce) {
  const auto replaced = [](std::string_view text, int n) {
    std::string expected = "a";
    for (int i = 0; i < n; ++i) expected += kReplacement;
    EXPECT_EQ(detail::to_valid_utf8("a" + std::string{text} + "z"), expected + "z") << text;
  };
  replaced("\x80", 1);
  replaced("\xFF\xFE", 2);
  replaced("\xC0\xAF", 2);          // overlong
  replaced("\xE0\x80\x80", 3);      // overlong
  replaced("\xF0\x90\x80", 1);      // cut off
  replaced("\xE2\x82", 1);          // cut off
  replaced("\xF5\x80\x80\x80", 4);  // above U+10FFFF
  replaced("\xED\xA0\x80", 3);      // a surrogate
}

TEST(Utf8, EveryByteMayStandInALabelValue) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  for (int byte = 0; byte < 256; ++byte) family.with(std::string(1, static_cast<char>(byte))).inc();
  family.with(std::string(1'000'000, 'm')).inc();

  const std::string text = to_text(registry);

  EXPECT_TRUE(detail::is_valid_utf8(text));
  EXPECT_NE(text.find("a_total{x=\"" + std::string{kReplacement} + "\"} 128\n"), std::string::npos);
  EXPECT_NE(text.find(std::string("a_total{x=\"\0\"} 1\n", 16)), std::string::npos);
}

// Two different invalid values look alike when replaced: they must be one series, not two lines with the same labels.
TEST(Utf8, InvalidValuesThatLookAlikeAreOneSeries) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});

  EXPECT_EQ(&family.with("\xFF"), &family.with("\xFE"));
  EXPECT_EQ(&family.with("\xFF"), &family.with(kReplacement));
  EXPECT_TRUE(family.remove("\xF8"));
}

TEST(Utf8, InvalidHelpIsReplaced) {
  Registry registry;
  registry.counter("a_total", "\xFF.").inc();

  EXPECT_EQ(to_text(registry),
            "# HELP a_total " + std::string{kReplacement} + ".\n# TYPE a_total counter\na_total 1\n");
}

// A reader that takes only escaped names would refuse the whole scrape, or take the label for the metric's name.
TEST(Utf8, NamesThatEscapesMakeAlikeAreRefused) {
  Registry registry{{.utf8_names = true}};
  const auto refused = [&registry](std::string_view a, std::string_view b) {
    EXPECT_THROW(registry.gauge("g", "", {a, b}), std::invalid_argument) << a << ' ' << b;
    const auto token = registry.add_collector([=](auto& out) {
      out.push_back({"collected", "", MetricType::Gauge, {{.labels = {{std::string{a}, ""}, {std::string{b}, ""}}}}});
    });
    EXPECT_EQ(to_text(registry), "") << a << ' ' << b;
  };

  refused("a.b", "a_b");
  refused("a.b", "a_dot_b");
  refused("a.b", "U__a_2e_b");
  refused("x\\", "x\"");
  refused("._name..", "x");
  EXPECT_NO_THROW(registry.gauge("fine", "", {"a.b", "a.c"}));
  registry.gauge("m.n", "");
  EXPECT_THROW(registry.gauge("m_n", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("m_dot_n", ""), std::invalid_argument);
  EXPECT_THROW(registry.gauge("U__m_2e_n", ""), std::invalid_argument);
}

// The label of a state set has the set's name, in which a colon becomes an underscore.
TEST(Utf8, AStateSetsLabelIsItsOwn) {
  Registry registry;
  const auto token = registry.add_collector([](auto& out) {
    out.push_back({"a:phase", "", MetricType::StateSet, {{.labels = {{"a_phase", ""}}, .states = {{"on", true}}}}});
  });

  EXPECT_EQ(to_text(registry), "");
}

}  // namespace
}  // namespace vitals
