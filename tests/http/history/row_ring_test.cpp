#include "http/history/row_ring.hpp"

#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using Row = std::vector<std::uint64_t>;

std::vector<Row> newest(const RowRing& ring, std::size_t n, std::size_t columns) {
  std::vector<Row> rows;
  ring.for_newest(n, columns, [&rows](auto row) { rows.emplace_back(row.begin(), row.end()); });
  return rows;
}

TEST(RowRing, KeepsTheNewestRowsAsTheyWere) {
  constexpr std::size_t kMost = 12, kColumns = 5;
  std::mt19937_64 random{1};
  RowRing ring{kMost};
  std::deque<Row> expected;
  for (int i = 0; i < 1'000; ++i) {
    Row row(kColumns);
    if (random() % 3 != 0) {
      for (auto& number : row) number = random() >> random() % 64;
    }
    ring.push(row);
    expected.push_back(row);
    if (expected.size() > kMost) expected.pop_front();
    ASSERT_EQ(ring.size(), expected.size());
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, kMost - 1, kMost, kMost + 1}) {
      const auto first = expected.end() - static_cast<std::ptrdiff_t>(std::min(n, expected.size()));
      ASSERT_EQ(newest(ring, n, kColumns), std::vector<Row>(first, expected.end())) << i;
    }
  }
}

TEST(RowRing, TakesAByteForARowOfZeros) {
  RowRing ring{60};
  for (int i = 0; i < 1'000; ++i) ring.push(Row(14));
  EXPECT_LE(ring.bytes(), 96U);
}

}  // namespace
}  // namespace vitals::detail
