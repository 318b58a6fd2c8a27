#include "core/series_table.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/series_arena.hpp"

namespace vitals::detail {
namespace {

class SeriesTableTest : public testing::Test {
 protected:
  Series& make(const std::string& value) {
    const std::string_view values[] = {value};
    const LabelKey key{values};
    Series& series = arena.allocate(Series::size(key.words(), 0));
    series.fill(key.words(), "", &series);
    return series;
  }
  static void* find(const SeriesTable& table, const std::string& value) {
    const std::string_view values[] = {value};
    return table.find(LabelKey{values}.words());
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
  for (const std::uint64_t hash_bits :
       {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{0xFF} << 40, ~std::uint64_t{0}}) {
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

std::vector<std::string> values_of(const LabelKey& key, std::size_t n) {
  std::vector<std::string> values;
  LabelKey::for_each_value(key.words(), n, [&](std::string_view value) { values.emplace_back(value); });
  return values;
}

TEST(LabelKey, GivesItsValuesBack) {
  const std::string megabyte(1 << 20, 'x');
  const std::string all = "every length up to one that leaves the first word's bytes" + std::string(300, '.');
  for (std::size_t size = 0; size < all.size(); ++size) {
    const std::string_view values[] = {std::string_view{all}.substr(0, size), "", std::string_view{"a\0b", 3}};
    ASSERT_TRUE(std::ranges::equal(values_of(LabelKey{values}, 3), values)) << size;
  }
  const std::string_view many[] = {"a", "bc", "def", "ghij", "klmno", "pqrstu", "vwxyz01", "23456789", megabyte};
  EXPECT_TRUE(std::ranges::equal(values_of(LabelKey{many}, 9), many));
  EXPECT_TRUE(std::ranges::equal(values_of(LabelKey{std::span{many}.last(1)}, 1), std::span{many}.last(1)));
}

// Values whose bytes joined are the same, and lengths on both sides of what a byte can say.
TEST(LabelKey, DiffersWhereverValuesDo) {
  std::vector<std::vector<std::string>> sets;
  for (const std::size_t a : {0, 1, 7, 8, 9, 255, 256, 257, 511, 512}) {
    for (const std::size_t b : {0, 1, 7, 8, 9, 255, 256, 257, 511, 512})
      sets.push_back({std::string(a, '\0'), std::string(b, '\0')});
  }
  std::set<std::vector<std::uint64_t>> keys;
  for (const auto& set : sets) {
    const std::string_view values[] = {set[0], set[1]};
    const LabelKey key{values};
    keys.emplace(key.words().begin(), key.words().end());
  }
  EXPECT_EQ(keys.size(), sets.size());
}

// A byte beside the text may belong to a page that isn't there.
TEST(LabelKey, ReadsNoByteBesideTheValue) {
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  auto* pages = static_cast<char*>(mmap(nullptr, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(pages, MAP_FAILED);
  ASSERT_EQ(mprotect(pages + page, page, PROT_READ | PROT_WRITE), 0);
  std::memset(pages + page, 'x', page);
  for (std::size_t size = 0; size < 40; ++size) {
    for (const char* at : {pages + page, pages + 2 * page - size}) {
      const std::string_view values[] = {{at, size}};
      ASSERT_EQ(values_of(LabelKey{values}, 1)[0], std::string(size, 'x'));
    }
  }
  munmap(pages, 3 * page);
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
