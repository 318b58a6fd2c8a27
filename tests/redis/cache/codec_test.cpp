#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/redis/codec.hpp>

namespace vitals {

namespace {

template <class T>
void expect_round_trip(const T& value) {
  const std::string text = Codec<T>::encode(value);
  const std::optional<T> decoded = Codec<T>::decode(text);
  ASSERT_TRUE(decoded.has_value()) << text;
  EXPECT_EQ(*decoded, value) << text;
}

template <class T>
void expect_extremes_round_trip() {
  for (const T value : {T{}, T{1}, std::numeric_limits<T>::lowest(), std::numeric_limits<T>::max()})
    expect_round_trip(value);
}

enum class Colour : std::uint8_t { kRed = 1, kBlue = 200 };

struct Point {
  int x = 0;
  int y = 0;
  bool operator==(const Point&) const = default;
};

}  // namespace

template <>
struct Codec<Point> {
  static std::string encode(const Point& point) { return std::to_string(point.x) + "," + std::to_string(point.y); }
  static std::optional<Point> decode(std::string_view text) {
    const auto comma = text.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto x = Codec<int>::decode(text.substr(0, comma));
    const auto y = Codec<int>::decode(text.substr(comma + 1));
    return x && y ? std::optional{Point{*x, *y}} : std::nullopt;
  }
};

namespace {

struct Uncodable {};

enum Unfixed { kOne = 1 };
enum Fixed : int { kTwo = 2 };
static_assert(!Cacheable<Unfixed> && Cacheable<Fixed> && Cacheable<Colour>);
static_assert(Cacheable<std::vector<std::optional<std::pair<std::string, Point>>>>);
static_assert(!Cacheable<Uncodable> && !Cacheable<std::vector<Uncodable>> && !Cacheable<const char*>);

TEST(Codec, NumbersOfEveryTypeSurvive) {
  expect_extremes_round_trip<char>();
  expect_extremes_round_trip<signed char>();
  expect_extremes_round_trip<unsigned char>();
  expect_extremes_round_trip<char8_t>();
  expect_extremes_round_trip<wchar_t>();
  expect_extremes_round_trip<short>();
  expect_extremes_round_trip<unsigned>();
  expect_extremes_round_trip<std::int64_t>();
  expect_extremes_round_trip<std::uint64_t>();
  expect_extremes_round_trip<float>();
  expect_extremes_round_trip<double>();
  expect_extremes_round_trip<long double>();
  expect_round_trip(0.1);
  expect_round_trip(std::numeric_limits<double>::denorm_min());
  expect_round_trip(-std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(*Codec<double>::decode(Codec<double>::encode(std::nan("")))));
  EXPECT_TRUE(std::signbit(*Codec<double>::decode(Codec<double>::encode(-0.0))));
}

TEST(Codec, NumbersOutOfRangeAndTrailingRubbishAreRefused) {
  for (const char* text : {"", " 1", "1 ", "1x", "0x1", "256", "-1", "99999999999999999999", "1.5"}) {
    EXPECT_FALSE(Codec<std::uint8_t>::decode(text)) << text;
  }
  EXPECT_FALSE(Codec<double>::decode("1.5e"));
  EXPECT_FALSE(Codec<bool>::decode("true"));
  EXPECT_FALSE(Codec<Colour>::decode("300"));
}

TEST(Codec, BytesBooleansAndEnumerationsSurvive) {
  expect_round_trip(std::string{});
  expect_round_trip(std::string{"a\0b\r\n\xff", 6});
  expect_round_trip(true);
  expect_round_trip(false);
  expect_round_trip(Colour::kBlue);
}

TEST(Codec, CompositesSurvive) {
  expect_round_trip(std::vector<std::string>{});
  expect_round_trip(std::vector<std::string>{"", "a", std::string(70'000, 'x')});
  expect_round_trip(std::vector<bool>{true, false, true});
  expect_round_trip(std::optional<std::string>{});
  expect_round_trip(std::optional<std::string>{""});
  expect_round_trip(std::optional<std::optional<int>>{std::optional<int>{}});
  expect_round_trip(std::pair<std::string, double>{"a", 2.5});
  expect_round_trip(std::tuple<int, std::string, std::vector<Point>>{1, "b", {{1, 2}, {3, -4}}});
  expect_round_trip(std::tuple<>{});
}

TEST(Codec, TruncatedAndMixedUpCompositesAreRefused) {
  using Rows = std::vector<std::pair<std::string, int>>;
  const std::string whole = Codec<Rows>::encode({{"a", 1}, {"bc", 22}});

  std::size_t accepted = 0;
  for (std::size_t size = 0; size < whole.size(); ++size)
    accepted += Codec<Rows>::decode(whole.substr(0, size)) ? 1 : 0;

  EXPECT_EQ(accepted, 2U);  // nothing at all, and the first row alone, are whole vectors
  EXPECT_FALSE(Codec<Rows>::decode(whole + "x"));
  EXPECT_FALSE(Codec<Rows>::decode(std::string("\xff\xff\xff\xff", 4)));
  EXPECT_FALSE((Codec<std::pair<int, int>>::decode(Codec<std::vector<int>>::encode({1, 2, 3}))));
  EXPECT_FALSE((Codec<std::tuple<int, int>>::decode(Codec<std::vector<int>>::encode({1}))));
  EXPECT_FALSE(Codec<std::optional<int>>::decode(""));
  EXPECT_FALSE(Codec<std::optional<int>>::decode("2"));
}

}  // namespace

}  // namespace vitals
