#include "lint/line/exposition_number.hpp"

#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

long double exact(const std::string& text) { return exact_exposition_number(text, std::strtod(text.c_str(), nullptr)); }

TEST(ExactExpositionNumber, IsTheSameHoweverItIsWritten) {
  for (const char* text : {"12.5", "+12.50", "0012.5", "1.25e1", "125E-1", "0.00125e+4"})
    EXPECT_EQ(exact(text), 12.5L) << text;
  for (const char* text : {"0", "-0", "0.0", "0e5", ".0", "0e99999999999999999999"}) EXPECT_EQ(exact(text), 0) << text;
  for (const char* text : {"-500", "-5e2", "-500.", "-50000e-2"}) EXPECT_EQ(exact(text), -500) << text;
  EXPECT_EQ(exact("1700000000.000000001"), exact("1700000000.000000001e0"));
  EXPECT_NE(exact("1700000000.000000001"), exact("1700000000.000000002"));
  EXPECT_NE(exact("1700000000.000000001"), exact("1700000000.000000002e0"));
  EXPECT_EQ(exact("1e-3"), exact(".001"));
}

// Whatever is out of range is that of the double.
TEST(ExactExpositionNumber, HasAnyExponent) {
  EXPECT_EQ(exact("1e-99999999999999999999"), 0);
  EXPECT_EQ(exact("0.0000000001e310"), exact("1" + std::string(300, '0')));
  EXPECT_EQ(exact("1" + std::string(600, '0') + "e-500"), exact("1e100"));
}

TEST(ExactExpositionNumber, Ascends) {
  const std::string times[]{"-10", "-9.5", "-9.05", "-9",           "0",   "0.05", "0.5", "0.55",
                            "1",   "9",    "10",    "10.000000001", "10.1"};
  for (std::size_t i = 0; i < std::size(times); ++i) {
    for (std::size_t k = 0; k < std::size(times); ++k)
      EXPECT_EQ(exact(times[i]) < exact(times[k]), i < k) << times[i] << " and " << times[k];
  }
}

}  // namespace
}  // namespace vitals::detail
