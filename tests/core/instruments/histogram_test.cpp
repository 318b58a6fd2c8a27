#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/cells/cells.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Histogram, ValueOnBoundGoesToLowerBucket) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Buckets{0.1, 0.5, 1});

  for (const double v : {0.05, 0.1, 0.10000000000000002, 0.5, 1.0, 1.5}) histogram.observe(v);

  EXPECT_THAT(histogram.snapshot().counts(), ElementsAre(2, 2, 1, 1));
  EXPECT_EQ(histogram.snapshot().count(), 6u);
}

TEST(Histogram, TakesNegativeValuesZeroesAndInfinities) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Buckets{-1, 0, 1});

  for (const double v : {-kInf, -2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 2.0, kInf}) histogram.observe(v);

  EXPECT_THAT(histogram.snapshot().counts(), ElementsAre(3, 3, 1, 2));
}

TEST(Histogram, DropsAndCountsNan) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Buckets{1});
  const auto dropped = detail::dropped_updates();

  histogram.observe(std::nan(""));

  EXPECT_EQ(histogram.snapshot().count(), 0u);
  EXPECT_EQ(histogram.snapshot().sum(), 0);
  EXPECT_EQ(detail::dropped_updates() - dropped, 1u);
}

TEST(Histogram, TakesDurationsInSeconds) {
  Registry registry;
  auto& histogram = registry.histogram("a_seconds", "A.", Buckets{0.1, 1});

  histogram.observe(20ms);
  histogram.observe(2min);
  histogram.observe(std::chrono::duration<double, std::micro>{1.5});

  EXPECT_THAT(histogram.snapshot().counts(), ElementsAre(2, 0, 1));
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum(), 120.0200015);
}

TEST(Histogram, BucketAgreesWithLowerBoundForEveryKindOfValue) {
  std::mt19937_64 random{1};
  const auto linear = Buckets::linear(1, 1, 200);
  const std::vector<std::vector<double>> layouts{
      {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
      {-100, -1, -1e-300, 0, 5e-324, 1e-300, 1, 1.5, 1.75, 1e300},
      {0},
      {std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()},
      {linear.bounds().begin(), linear.bounds().end()}};
  for (const auto& bounds : layouts) {
    const detail::BucketIndex index{bounds};
    const auto expect_same = [&](double v) {
      const auto expected = std::lower_bound(bounds.begin(), bounds.end(), v) - bounds.begin();
      ASSERT_EQ(index(v), static_cast<std::size_t>(expected)) << v;
    };
    for (const double v : {0.0, -0.0, kInf, -kInf, 5e-324, -5e-324}) expect_same(v);
    for (const double bound : bounds) {
      for (const double v : {bound, std::nextafter(bound, kInf), std::nextafter(bound, -kInf), -bound}) expect_same(v);
    }
    for (int i = 0; i < 50'000; ++i) {
      const double v = std::bit_cast<double>(random());
      if (!std::isnan(v)) expect_same(v);
      expect_same(static_cast<double>(random() % 300'000) / 1000);
    }
  }
}

// The numbers are what promtool's histogram_quantile gives for the same buckets.
TEST(Histogram, QuantileInterpolatesAsPrometheusDoes) {
  const HistogramSnapshot snapshot{{0.05, 0.15, 0.2, 0.5}, {1200, 250, 20, 25, 5}, 0};

  EXPECT_DOUBLE_EQ(snapshot.quantile(0.5), 0.03125);
  EXPECT_DOUBLE_EQ(snapshot.quantile(0.95), 0.14);
  EXPECT_DOUBLE_EQ(snapshot.quantile(0.99), 0.38);
  EXPECT_DOUBLE_EQ(snapshot.quantile(0.999), 0.5);
}

TEST(Histogram, QuantileOfNothingOrOutsideItsRangeIsNan) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Buckets{1, 2});
  EXPECT_TRUE(std::isnan(histogram.snapshot().quantile(0.5)));

  histogram.observe(1.5);

  EXPECT_TRUE(std::isnan(histogram.snapshot().quantile(-0.1)));
  EXPECT_TRUE(std::isnan(histogram.snapshot().quantile(1.1)));
  EXPECT_TRUE(std::isnan(histogram.snapshot().quantile(std::nan(""))));
  EXPECT_EQ(histogram.snapshot().quantile(1), 2);
}

TEST(Histogram, QuantileBelowANonPositiveFirstBoundIsThatBound) {
  const HistogramSnapshot snapshot{{-5, 5}, {4, 4, 0}, 0};

  EXPECT_EQ(snapshot.quantile(0.25), -5);
  EXPECT_EQ(snapshot.quantile(0.75), 0);
}

TEST(Timer, ObservesOnceWhereverItEnds) {
  Registry registry;
  auto& histogram = registry.histogram("a_seconds", "A.", Buckets{3600});
  {
    auto timer = histogram.time();
    auto moved = std::move(timer);
    std::this_thread::sleep_for(2ms);
    moved.stop();
    moved.stop();
  }
  {
    auto discarded = histogram.time();
    discarded.discard();
  }

  EXPECT_EQ(histogram.snapshot().count(), 1u);
  EXPECT_GE(histogram.snapshot().sum(), 0.002);
}

TEST(Timer, AssignmentObservesWhatItReplaces) {
  Registry registry;
  auto& histogram = registry.histogram("a_seconds", "A.", Buckets{3600});
  {
    auto timer = histogram.time();
    timer = histogram.time();
    EXPECT_EQ(histogram.snapshot().count(), 1u);
  }

  EXPECT_EQ(histogram.snapshot().count(), 2u);
}

TEST(Histogram, ObservesAValueManyTimesAtOnce) {
  Registry registry;
  register_library_metrics(registry);
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};
  for (auto* histogram :
       {&registry.histogram("a", "A.", Buckets{0.5, 1}), &registry.histogram("b", "B.", Buckets{0.5, 1}, Native{}),
        &registry.histogram("c", "C.", {"l"}, Buckets{0.5, 1}).with("x")}) {
    histogram->observe(0.5, 1000);
    histogram->observe(0.75, std::uint64_t{1} << 40);
    histogram->observe(250ms, 4);
    histogram->observe(2, 0);
    histogram->observe(std::nan(""), 0);
    histogram->observe(2, 1);
    histogram->observe(2);

    const auto snapshot = histogram->snapshot();
    EXPECT_THAT(snapshot.counts(), ElementsAre(1004, std::uint64_t{1} << 40, 2));
    EXPECT_EQ(snapshot.sum(), 500 + 0.75 * 0x1p40 + 1 + 4);
    EXPECT_EQ(dropped.value(), 0);
  }
  auto& native = registry.histogram("d", "D.", Native{});
  native.observe(0, 3);
  native.observe(-8, 5);
  EXPECT_EQ(native.snapshot().native().zero_count, 3u);
  EXPECT_THAT(native.snapshot().native().negative, ElementsAre(NativeBuckets::Bucket{24, 5}));
  EXPECT_EQ(native.snapshot().sum(), -40);
}

TEST(Histogram, ManyThatAreNoNumberAreDroppedOnce) {
  Registry registry;
  register_library_metrics(registry);
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};
  auto& histogram = registry.histogram("a", "A.", Buckets{1});

  histogram.observe(std::nan(""), 7);
  histogram.observe(1, -1);
  histogram.observe(1, static_cast<std::size_t>(-1));  // a difference that went below 0

  EXPECT_EQ(histogram.snapshot().count(), 0u);
  EXPECT_EQ(dropped.value(), 3);
  histogram.observe(1e300, 1'000'000'000'000);  // the sum is beyond doubles, as if each had been added
  EXPECT_EQ(histogram.snapshot().sum(), kInf);
}

TEST(Histogram, ManyOfARemovedSeriesShowNowhere) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"x"}, Buckets{1});
  auto& native = registry.histogram("b", "B.", {"x"}, Native{});
  auto& old = family.with("1");
  auto& old_native = native.with("1");
  family.clear();
  native.clear();

  old.observe(1, 5);
  old_native.observe(1, 5);

  EXPECT_EQ(family.with("1").snapshot().count(), 0u);
  EXPECT_EQ(native.with("1").snapshot().count(), 0u);
}

TEST(Histogram, ThreadsObserveManyTimesAtOnceBesideOthers) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Buckets{1});
  auto& native = registry.histogram("b", "B.", Native{});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) {
        for (auto* one : {&histogram, &native}) {
          one->observe(1, 3);
          one->observe(1);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();

  for (auto* one : {&histogram, &native}) {
    EXPECT_EQ(one->snapshot().count(), 160'000u);
    EXPECT_EQ(one->snapshot().sum(), 160'000);
  }
}

}  // namespace
}  // namespace vitals
