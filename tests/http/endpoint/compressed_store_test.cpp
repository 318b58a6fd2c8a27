#include "http/endpoint/compressed_store.hpp"

#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

constexpr std::size_t kMebibyte = std::size_t{1} << 20;

std::string noise(std::size_t bytes) {
  std::minstd_rand random{1};
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string given(CompressedStore& store) {
  std::string all;
  store.give([&](std::string_view piece) { all += piece; });
  return all;
}

TEST(CompressedStore, GivesWhatItKeptOnce) {
  CompressedStore store;
  EXPECT_EQ(given(store), "");
  const std::string text = noise(kMebibyte) + std::string(3 * kMebibyte, 'x');
  store.keep(text);
  store.keep("end");
  EXPECT_TRUE(given(store) == text + "end");
  EXPECT_EQ(given(store), "");
  store.keep("again");
  EXPECT_EQ(given(store), "again");
}

TEST(CompressedStore, KeepsTheOrderOfWhatItCompressesAndWhatNot) {
  CompressedStore store;
  std::string all;
  for (char c = 'a'; c <= 'z'; ++c) {
    const std::string piece = noise(100'000) + std::string(kMebibyte, c);
    all += piece;
    store.keep(piece);
  }
  EXPECT_TRUE(given(store) == all);
}

TEST(CompressedStore, TakesFromTheBudgetAndGivesBackWhatItGave) {
  const auto budget = std::make_shared<BodyBudget>(64 * kMebibyte);
  {
    CompressedStore store{budget};
    const std::string text(kMebibyte, 'x');
    for (int i = 1; i <= 12; ++i) {
      store.keep(std::string{text});
      if (i <= 11) EXPECT_GE(budget->held(), static_cast<std::size_t>(i) * kMebibyte) << "as it came";
    }
    for (int i = 0; i < 20; ++i) store.keep(std::string{text});
    EXPECT_LT(budget->held(), 13 * kMebibyte);
    EXPECT_EQ(given(store).size(), 32 * kMebibyte);
    EXPECT_EQ(budget->held(), 0U);
    store.keep(text);
  }
  EXPECT_EQ(budget->held(), 0U);
}

TEST(CompressedStore, CompressesMoreWhereThereIsNoRoom) {
  const auto budget = std::make_shared<BodyBudget>(2 * kMebibyte);
  CompressedStore store{budget};
  for (int i = 0; i < 8; ++i) store.keep(std::string(kMebibyte, 'x'));
  EXPECT_LE(budget->held(), 2 * kMebibyte);
  EXPECT_TRUE(given(store) == std::string(8 * kMebibyte, 'x'));
}

TEST(CompressedStore, KeepsNoMoreThanThereIsRoomFor) {
  const auto budget = std::make_shared<BodyBudget>(kMebibyte);
  {
    CompressedStore store{budget};
    EXPECT_THROW(store.keep(noise(2 * kMebibyte)), BodyTooLarge);
    EXPECT_LE(budget->held(), kMebibyte);
  }
  EXPECT_EQ(budget->held(), 0U);
}

}  // namespace
}  // namespace vitals::detail
