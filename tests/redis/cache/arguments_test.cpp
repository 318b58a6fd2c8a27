#include <chrono>
#include <cmath>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/redis/detail/arguments.hpp>

// A range, which alone doesn't tell two of them apart.
struct Page : std::vector<int> {
  Page(std::initializer_list<int> values, int page) : std::vector<int>{values}, number{page} {}
  int number;
};

template <>
struct vitals::Codec<Page> {
  static std::string encode(const Page& page) { return std::to_string(page.number); }
  static std::optional<Page> decode(std::string_view) { return std::nullopt; }
};

namespace vitals::detail {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

TEST(Arguments, EqualArgumentsHaveEqualBytes) {
  EXPECT_EQ(canonical("a"s), canonical(std::string_view{"a"}));
  EXPECT_EQ(canonical("a"s), canonical<const char*>("a"));
  EXPECT_EQ(canonical(0.0), canonical(-0.0));
  EXPECT_EQ(canonical(std::nan("1")), canonical(-std::nan("2")));
  EXPECT_EQ(canonical(std::set{3, 1, 2}), canonical(std::vector{1, 2, 3}));
}

TEST(Arguments, DifferentArgumentsHaveDifferentBytes) {
  const std::vector<std::string> all{
      canonical(),
      canonical(""s),
      canonical("ab"s, "c"s),
      canonical("a"s, "bc"s),
      canonical("abc"s),
      canonical(1),
      canonical("1"s),
      canonical(1U),
      canonical(-1),
      canonical(true),
      canonical(1.0),
      canonical(std::nextafter(1.0, 2.0)),
      canonical(std::optional<std::string>{}),
      canonical(std::optional{""s}),
      canonical(std::vector<std::string>{"a", "b"}),
      canonical(std::vector<std::string>{"ab"}),
      canonical(std::vector<std::string>{}),
      canonical(std::vector<int>{}, std::vector<int>{1}),
      canonical(std::vector<int>{1}, std::vector<int>{}),
      canonical(std::tuple{1, 2}),
      canonical(1, 2),
      canonical(std::map<std::string, int>{{"a", 1}}),
      canonical(5ms),
  };

  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
}

TEST(Arguments, NoTextIsNotEmptyText) {
  EXPECT_NE(canonical<const char*>(nullptr), canonical(""s));
  EXPECT_NE(canonical<const char*>(nullptr), canonical(std::optional<std::string>{}));
}

TEST(Arguments, CodecOfTheUserDecides) { EXPECT_NE(canonical(Page{{1, 2}, 1}), canonical(Page{{1, 2}, 2})); }

TEST(Arguments, TimePointsAndNestedTypesAreKeys) {
  const std::chrono::sys_days day{std::chrono::year{2024} / 10 / 24};
  EXPECT_NE(canonical(day), canonical(day + std::chrono::days{1}));
  EXPECT_NE(canonical(std::vector{std::optional{std::pair{1, "a"s}}}),
            canonical(std::vector{std::optional{std::pair{1, "b"s}}}));
}

}  // namespace

}  // namespace vitals::detail
