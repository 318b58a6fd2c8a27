#include "core/series_table.hpp"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/series_arena.hpp"

namespace vitals::detail {
namespace {

class SeriesTableTest : public testing::Test {
 protected:
  Series& make(const std::string& value) {
    const std::string_view values[] = {value};
    const LabelKey key{values};
    Series& series = arena.allocate(Series::size(key.bytes(), 0));
    series.fill(key, "", &series);
    return series;
  }
  static void* find(const SeriesTable& table, const std::string& value) {
    const std::string_view values[] = {value};
    return table.find(LabelKey{values});
  }

  SeriesArena arena;
};

TEST_F(SeriesTableTest, ComparesKeysWhenHashesCollide) {
  SeriesTable table{1, 0};
  Series& a = make("a");
  Series& b = make("b");
  table.insert(a);
  table.insert(b);

  EXPECT_EQ(find(table, "a"), &a);
  EXPECT_EQ(find(table, "b"), &b);
  EXPECT_EQ(find(table, "c"), nullptr);
}

// Few distinct hashes, so long chains: erasing must close every gap that a search would stop at.
TEST_F(SeriesTableTest, AgreesWithAListUnderRandomInsertionsAndErasures) {
  for (const std::uint64_t hash_bits : {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{0xFF} << 40, ~std::uint64_t{0}}) {
    std::mt19937 random{1};
    SeriesTable table{2, hash_bits};
    std::vector<Series*> all;
    for (int i = 0; i < 200; ++i) all.push_back(&make(std::to_string(i)));
    std::vector<bool> present(all.size());
    for (int step = 0; step < 5'000; ++step) {
      const std::size_t i = random() % all.size();
      present[i] ? table.erase(*all[i]) : table.insert(*all[i]);
      present[i] = !present[i];
      const std::size_t j = random() % all.size();
      ASSERT_EQ(find(table, std::to_string(j)), present[j] ? all[j] : nullptr) << hash_bits << ' ' << step;
    }
    for (std::size_t i = 0; i < all.size(); ++i)
      ASSERT_EQ(find(table, std::to_string(i)), present[i] ? all[i] : nullptr) << hash_bits << ' ' << i;
  }
}

TEST(LabelKey, GivesItsValuesBack) {
  const std::string megabyte(1 << 20, 'x');
  const std::string_view values[] = {"", std::string_view{"a\0b", 3}, "1234567", "12345678", "seventeen letters",
                                     "long enough to leave the small-string buffer and more", megabyte};
  const LabelKey key{values};
  std::vector<std::string> back;

  for_each_value({reinterpret_cast<const char*>(key.words()), key.bytes()},
                 [&](std::string_view value) { back.emplace_back(value); });

  EXPECT_TRUE(std::ranges::equal(back, values));
}

// Whatever the lengths, the bytes after the last value are zeros up to a whole word: words are what is compared.
TEST(LabelKey, EndsInZeros) {
  for (std::size_t size = 0; size < 300; ++size) {
    const std::string text(size, '\xFF');
    const std::string_view values[] = {text, text};
    const LabelKey key{values};
    const auto* bytes = reinterpret_cast<const char*>(key.words());
    for (std::size_t i = key.bytes(); i < key_words(key.bytes()) * 8; ++i) ASSERT_EQ(bytes[i], 0) << size;
  }
}

TEST_F(SeriesTableTest, BlocksOfRemovedSeriesServeTheNext) {
  Series& first = make("one");
  first.version.fetch_or(1);
  arena.release(first);

  EXPECT_EQ(&make("two"), &first);
  EXPECT_NE(&make("three"), &first);
}

}  // namespace
}  // namespace vitals::detail
