#include <gtest/gtest.h>

#include <vitals/http/detail/foreign_text.hpp>

namespace vitals::detail {
namespace {

TEST(ForeignText, NullIsEmpty) {
  EXPECT_EQ(view_of(nullptr), "");
  EXPECT_EQ(view_of("a"), "a");
}

TEST(ForeignText, NamesAreThoseOfTheBits) {
  EXPECT_EQ(name_of(1, "GET", "PUT"), "GET");
  EXPECT_EQ(name_of(2, "GET", "PUT"), "PUT");
  EXPECT_EQ(name_of(4, "GET", "PUT"), "_OTHER");
  EXPECT_EQ(name_of(0, "GET", "PUT"), "_OTHER");
}

}  // namespace
}  // namespace vitals::detail
