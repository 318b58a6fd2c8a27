#include "core/text/escaping.hpp"

#include <string>

#include <gtest/gtest.h>

#include "core/text/names.hpp"

namespace vitals::detail {
namespace {

struct Names {
  std::string name, underscores, dots, values;
};

class Escape : public testing::TestWithParam<Names> {};

TEST_P(Escape, FollowsThePrometheusRules) {
  const auto& [name, underscores, dots, values] = GetParam();

  EXPECT_EQ(escape_name(name, Escaping::Underscores), underscores);
  EXPECT_EQ(escape_name(name, Escaping::Dots), dots);
  EXPECT_EQ(escape_name(name, Escaping::Values), values);
}

INSTANTIATE_TEST_SUITE_P(
    Names, Escape,
    testing::Values(Names{"", "", "", ""}, Names{"no:escaping_1", "no:escaping_1", "no:escaping__1", "no:escaping_1"},
                    Names{"mysystem.prod.west.cpu.load", "mysystem_prod_west_cpu_load",
                          "mysystem_dot_prod_dot_west_dot_cpu_dot_load", "U__mysystem_2e_prod_2e_west_2e_cpu_2e_load"},
                    Names{"a.b_c", "a_b_c", "a_dot_b__c", "U__a_2e_b__c"},
                    Names{"1digit9", "_digit9", "__digit9", "U___31_digit9"}, Names{" ", "_", "__", "U___20_"},
                    Names{"\xC3\xA4x", "_x", "__x", "U___e4_x"},                      // ä
                    Names{"x\xE2\x82\xAC", "x_", "x__", "U__x_20ac_"},                // €
                    Names{"x\xF0\x9F\x98\x80y", "x_y", "x__y", "U__x_1f600_y"},       // an emoji
                    Names{"x\xEF\xBF\xBD", "x_", "x__", "U__x_fffd_"},                // U+FFFD itself
                    Names{"x\xFFy", "x_y", "x__y", "U__x_FFFD_y"},                    // never UTF-8
                    Names{"\xED\xA0\x80", "___", "______", "U___FFFD__FFFD__FFFD_"},  // a surrogate
                    Names{"\xC0\x80", "__", "____", "U___FFFD__FFFD_"},               // overlong
                    Names{std::string("a\0b", 3), "a_b", "a__b", "U__a_0_b"}));

TEST(EscapeRules, Utf8KeepsAllThatIsUtf8) {
  EXPECT_EQ(escape_name("a.b_\xC3\xA4", Escaping::Utf8), "a.b_\xC3\xA4");
  EXPECT_EQ(escape_name("a\xFFz", Escaping::Utf8), "a\xEF\xBF\xBDz");
}

TEST(EscapeRules, LegacyNamesAreExposedAsTheyAre) {
  for (const auto escaping : {Escaping::Underscores, Escaping::Dots, Escaping::Values, Escaping::Utf8}) {
    EXPECT_EQ(exposed_name("a:b_c", escaping, NameKind::Metric), "a:b_c");
    EXPECT_EQ(exposed_name("__a_b", escaping, NameKind::Label), "__a_b");
  }
  EXPECT_EQ(exposed_name("a.b_c", Escaping::Dots, NameKind::Metric), "a_dot_b__c");
}

TEST(EscapeRules, LabelsHaveNoColons) {
  EXPECT_EQ(exposed_name("a:b", Escaping::Underscores, NameKind::Label), "a_b");
  EXPECT_EQ(exposed_name("a:b", Escaping::Values, NameKind::Label), "U__a_3a_b");
  EXPECT_FALSE(is_legacy_name("a:b", NameKind::Label));
}

}  // namespace
}  // namespace vitals::detail
