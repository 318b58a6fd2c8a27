#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/cells/log_cells.hpp"
#include "core/cells/log_index.hpp"

namespace vitals::detail {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();

// A whole number as base 2^32, least significant first.
using Big = std::vector<std::uint32_t>;

Big square(const Big& x) {
  Big out(2 * x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::uint64_t carry = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      carry += std::uint64_t{x[i]} * x[j] + out[i + j];
      out[i + j] = static_cast<std::uint32_t>(carry);
      carry >>= 32;
    }
    out[i + x.size()] = static_cast<std::uint32_t>(carry);
  }
  return out;
}

// x^256 < 2^bits. REQUIRES: x is odd, so that they are not equal.
bool power_is_less(std::uint64_t x, std::size_t bits) {
  Big power{static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(x >> 32)};
  for (int i = 0; i < 8; ++i) power = square(power);
  while (power.back() == 0) power.pop_back();
  return 32 * (power.size() - 1) + static_cast<std::size_t>(std::bit_width(power.back())) <= bits;
}

// By exact arithmetic: half a unit less and half a unit more lie on different sides of 2^(i/256).
TEST(LogIndex, BoundsAreTheNearestDoubles) {
  for (std::size_t i = 0; i < 256; ++i) {
    const std::uint64_t twice = ((std::uint64_t{1} << 52) + kOctave[i]) * 2;
    const std::size_t bits = i + 53 * 256;
    EXPECT_TRUE(power_is_less(twice - 1, bits)) << i;
    EXPECT_FALSE(power_is_less(twice + 1, bits)) << i;
  }
}

// Another way: frexp, and a search among bounds from exp2 in long double.
std::int32_t key_by_search(double v, int schema) {
  int exponent = 0;
  const double fraction = std::frexp(std::abs(v), &exponent);
  if (schema <= 0) {
    if (fraction == 0.5) --exponent;
    return (exponent + (1 << -schema) - 1) >> -schema;
  }
  const int n = 1 << schema;
  int i = 0;
  while (i < n && static_cast<double>(std::exp2(static_cast<long double>(i) / n) / 2) < fraction) ++i;
  return i + (exponent - 1) * n;
}

std::vector<double> values() {
  std::vector<double> all{kLeast, 3 * kLeast, 0x1p-1022, std::nextafter(0x1p-1022, 0.0), 1, 2, 0.5, 3, 1e-300, kMax};
  for (int exponent = -1074; exponent < 1024; exponent += 3) all.push_back(std::ldexp(1.0, exponent));
  for (int i = -600; i < 600; ++i) {
    const double bound = log_bound(i, 8);
    all.insert(all.end(), {bound, std::nextafter(bound, 0.0), std::nextafter(bound, kInf)});
  }
  std::mt19937_64 random{1};
  while (all.size() < 40'000) {
    const double v = std::abs(std::bit_cast<double>(random()));
    if (std::isfinite(v) && v != 0) all.push_back(v);
    all.push_back(std::ldexp(1 + static_cast<double>(random() >> 12) * 0x1p-52, static_cast<int>(random() % 20) - 10));
  }
  return all;
}

TEST(LogIndex, AgreesWithASearchAtEverySchema) {
  for (const double v : values()) {
    for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
      const auto steps = static_cast<std::uint32_t>(kFinestSchema - schema);
      ASSERT_EQ(coarser(log_key(v), steps), key_by_search(v, schema)) << v << " at " << schema;
      ASSERT_EQ(coarser(log_key(-v), steps), key_by_search(v, schema)) << v << " at " << schema;
    }
  }
}

TEST(LogIndex, ValueLiesAboveTheLowerBoundAndNotAboveTheUpper) {
  for (const double v : values()) {
    for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
      const auto key = coarser(log_key(v), static_cast<std::uint32_t>(kFinestSchema - schema));
      ASSERT_LE(v, log_bound(key, schema)) << v << " at " << schema;
      // Where numbers are subnormal, bounds are nearer to each other than they.
      if (v < 0x1p-1020) continue;
      ASSERT_GT(v, log_bound(key - 1, schema)) << v << " at " << schema;
    }
  }
}

TEST(LogIndex, LargestValueAndInfinityHaveTheLastBuckets) {
  for (int schema = kCoarsestSchema; schema <= kFinestSchema; ++schema) {
    const auto steps = static_cast<std::uint32_t>(kFinestSchema - schema);
    const std::int32_t last = schema >= 0 ? 1024 << schema : 1024 >> -schema;
    EXPECT_EQ(coarser(log_key(kMax), steps), last);
    EXPECT_EQ(coarser(log_key(kInf), steps), last + 1);
    EXPECT_EQ(log_bound(last, schema), kMax);
    EXPECT_EQ(log_bound(last + 1, schema), kInf);
  }
  EXPECT_EQ(log_key(kMax), 262'144);
  EXPECT_EQ(log_key(kLeast), -1074 * 256);
}

TEST(LogIndex, CoarserByOneIsWhatTheSpecificationHalvesBy) {
  for (std::int32_t key = -1000; key <= 1000; ++key) EXPECT_EQ(coarser(key, 1), (key > 0 ? key + 1 : key) / 2);
}

TEST(LogIndex, FactorChoosesTheSchema) {
  const std::vector<std::pair<double, int>> known{{65'536, -4}, {256, -3}, {16, -2},   {4, -1},     {2, 0},
                                                  {1.5, 1},     {1.2, 2},  {1.1, 3},   {1.05, 4},   {1.03, 5},
                                                  {1.02, 6},    {1.01, 7}, {1.005, 8}, {1e300, -4}, {1.0000001, 8}};
  for (const auto& [factor, schema] : known) EXPECT_EQ(schema_of(factor), schema) << factor;
}

// Tags of one schema: what they were made of comes back, the same after a step to a coarser one.
TEST(LogTag, KeepsIndexSignAndClassicBucket) {
  for (std::uint32_t steps = 0; steps <= 12; ++steps) {
    for (const double v : {kLeast, 0.3, 1.0, 7.5, kMax, kInf}) {
      for (const bool negative : {false, true}) {
        const std::int32_t key = coarser(log_key(v), steps);
        const LogTag tag = LogTag::of(static_cast<std::uint32_t>(key + (kKeyBias >> steps)), negative, 2047);
        EXPECT_EQ(tag.key(steps), key);
        EXPECT_EQ(tag.is_negative(), negative);
        EXPECT_EQ(tag.classic(), 2047u);
        EXPECT_FALSE(tag.is_zero());
        EXPECT_NE(tag.bits, 0u);
        if (steps == 12) continue;
        EXPECT_EQ(tag.coarser(steps, 1).key(steps + 1), coarser(key, 1));
        EXPECT_EQ(tag.coarser(steps, 1).is_negative(), negative);
      }
    }
  }
}

}  // namespace
}  // namespace vitals::detail
