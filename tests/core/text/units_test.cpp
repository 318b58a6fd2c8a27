#include "core/text/units.hpp"

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(Units, OfWords) {
  EXPECT_EQ(base_unit("seconds"), "seconds");
  EXPECT_EQ(base_unit("milliseconds"), "seconds");
  EXPECT_EQ(base_unit("kibibytes"), "bytes");
  EXPECT_EQ(base_unit("requests"), "");
  EXPECT_EQ(base_unit("milli"), "");
  EXPECT_EQ(unit_of_abbreviation("ms"), "seconds");
  EXPECT_EQ(unit_of_abbreviation("seconds"), "");
}

TEST(Units, EndNames) {
  EXPECT_TRUE(ends_in_unit("a_seconds", "seconds"));
  EXPECT_TRUE(ends_in_unit("_seconds", "seconds"));
  for (const auto* name : {"seconds", "aseconds", "a_seconds_total", ""})
    EXPECT_FALSE(ends_in_unit(name, "seconds")) << name;
}

TEST(Units, StandBesideNames) {
  EXPECT_TRUE(is_unit_of("seconds", "a_seconds", MetricType::Gauge));
  EXPECT_FALSE(is_unit_of("seconds", "_seconds", MetricType::Gauge));
  EXPECT_FALSE(is_unit_of("seconds", "a_seconds", MetricType::Info));
  EXPECT_FALSE(is_unit_of("seconds", "a_seconds", MetricType::StateSet));
  EXPECT_FALSE(is_unit_of("", "a_", MetricType::Gauge));
  EXPECT_FALSE(is_unit_of("km/h", "a_km/h", MetricType::Gauge));
}

}  // namespace
}  // namespace vitals::detail
