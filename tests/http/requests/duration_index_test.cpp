#include "http/requests/duration_index.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals::detail {
namespace {

void expect_same_buckets(const Buckets& buckets) {
  Registry registry;
  auto& by_index = registry.histogram("by_index", "By the index.", buckets);
  auto& own = registry.histogram("own", "By observe().", buckets);
  const DurationIndex index{buckets.bounds()};
  ASSERT_TRUE(index.fits(by_index));
  const auto observe = [&](std::int64_t nanos) {
    if (nanos < 0) return;
    index.observe(by_index, BinnedDuration{std::chrono::nanoseconds{nanos}});
    own.observe(std::chrono::nanoseconds{nanos});
  };

  for (std::int64_t nanos = 0; nanos < 1200; ++nanos) observe(nanos);
  for (int bit = 10; bit < 63; ++bit) {
    for (std::int64_t part = 0; part < 32; ++part) observe((std::int64_t{1} << bit) / 32 * (32 + part) - 1 + part % 3);
  }
  for (const double bound : buckets.bounds()) {
    for (std::int64_t off = -2; off <= 2 && bound < 1e9; ++off) observe(static_cast<std::int64_t>(bound * 1e9) + off);
  }

  EXPECT_TRUE(std::ranges::equal(by_index.snapshot().counts(), own.snapshot().counts()));
}

TEST(DurationIndex, FindsTheBucketsOfAHistogram) {
  expect_same_buckets(Buckets::latency());
  expect_same_buckets(Buckets::fine_latency());
}

// Targets of 145 ms and 150 ms share a bin: only durations near them are left to the histogram.
TEST(DurationIndex, FitsWhereBoundsShareABin) {
  expect_same_buckets(Buckets{0.1, 0.145, 0.15, 0.2, 1});
  expect_same_buckets(Buckets{0.145, 0.146, 0.147, 0.15});
  expect_same_buckets(Buckets{0.1, 0.1000001, 0.2});
}

TEST(DurationIndex, FitsTheSmallestAndTheLargestBounds) {
  expect_same_buckets(Buckets{-1, 0, 1e-9, 5e-8, 4e-7, 5.12e-7, 1e-6, 2.5, 1e7, 1e300});
}

}  // namespace
}  // namespace vitals::detail
