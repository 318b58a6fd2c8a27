#include "core/series_table.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

std::unique_ptr<SeriesBase> series(std::uint64_t hash, const std::string& value) {
  const std::string_view values[] = {value};
  return std::make_unique<SeriesBase>(hash, values, "");
}

SeriesBase* find(const SeriesTable& table, std::uint64_t hash, const std::string& value) {
  const std::string_view values[] = {value};
  return table.find(hash, values);
}

TEST(SeriesTable, ComparesKeysWhenHashesCollide) {
  SeriesTable table;
  auto a = series(7, "a");
  auto b = series(7, "b");
  table.insert(*a);
  table.insert(*b);

  EXPECT_EQ(find(table, 7, "a"), a.get());
  EXPECT_EQ(find(table, 7, "b"), b.get());
  EXPECT_EQ(find(table, 7, "c"), nullptr);
}

// Few distinct hashes, so long chains: erasing must close every gap that a search would stop at.
TEST(SeriesTable, AgreesWithAListUnderRandomInsertionsAndErasures) {
  std::mt19937 random{1};
  SeriesTable table;
  std::vector<std::unique_ptr<SeriesBase>> all;
  std::vector<bool> present;
  for (int i = 0; i < 200; ++i) {
    all.push_back(series(random() % 5 == 0 ? ~std::uint64_t{0} - random() % 3 : random() % 16, std::to_string(i)));
    present.push_back(false);
  }
  for (int step = 0; step < 5'000; ++step) {
    const std::size_t i = random() % all.size();
    present[i] ? table.erase(*all[i]) : table.insert(*all[i]);
    present[i] = !present[i];
    const std::size_t j = random() % all.size();
    ASSERT_EQ(find(table, all[j]->hash, std::to_string(j)), present[j] ? all[j].get() : nullptr) << step;
  }
  for (std::size_t i = 0; i < all.size(); ++i)
    ASSERT_EQ(find(table, all[i]->hash, std::to_string(i)), present[i] ? all[i].get() : nullptr) << i;
}

TEST(SeriesBase, GivesItsValuesBack) {
  const std::string_view values[] = {"", std::string_view{"a\0b", 3}, "long enough to leave the small-string buffer"};
  const SeriesBase base{0, values, ""};

  EXPECT_TRUE(std::ranges::equal(base.values(), values));
}

}  // namespace
}  // namespace vitals::detail
