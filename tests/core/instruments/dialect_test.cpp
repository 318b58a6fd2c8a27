// Compiled with -ffast-math and the extensions of the compiler.
#pragma GCC diagnostic ignored "-Wpedantic"  // __int128, which is what this is about

#include <cstdint>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(FastMath, WhatIsNoNumberIsDroppedAndCounted) {
  Registry registry;
  register_library_metrics(registry);
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", Buckets{1});
  auto& native = registry.histogram("c", "C.", Native{});
  auto& summary = registry.summary("d", "D.");
  auto& peak = registry.peak_gauge("e", "E.");

  counter.add(kNaN);
  counter.add(-1.5);
  counter.add(-0.0);
  counter.add(1.5);
  histogram.observe(kNaN);
  histogram.observe(0.5);
  native.observe(kNaN);
  native.observe(0.5);
  summary.observe(kNaN);
  summary.observe(0.5);
  peak.observe(kNaN);
  peak.observe(0.5);

  EXPECT_EQ(counter.value(), 1.5);
  EXPECT_EQ(histogram.snapshot().sum(), 0.5);
  EXPECT_EQ(native.snapshot().sum(), 0.5);
  EXPECT_EQ(summary.snapshot().sum(), 0.5);
  EXPECT_EQ(peak.value(), 0.5);
  EXPECT_EQ(dropped.value(), 6);
}

TEST(GnuDialect, LabelsMayHave128Bits) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});

  family.with(~static_cast<unsigned __int128>(0)).inc();
  family.with(static_cast<__int128>(1) << 127).inc();

  EXPECT_THAT(to_text(registry), ::testing::HasSubstr("{x=\"340282366920938463463374607431768211455\"} 1\n"));
  EXPECT_THAT(to_text(registry), ::testing::HasSubstr("{x=\"-170141183460469231731687303715884105728\"} 1\n"));
}

// Not modulo 2^64.
TEST(GnuDialect, NumbersBeyond64BitsAreDropped) {
  Registry registry;
  register_library_metrics(registry);
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", Buckets{1});
  auto& summary = registry.summary("c", "C.");
  auto& states = registry.state_set("d", "D.", {"on", "off"});
  constexpr auto kBeyond = static_cast<__int128>(1) << 64;

  counter.inc(kBeyond + 5);
  counter.inc(static_cast<unsigned __int128>(1) << 100);
  counter.inc(static_cast<__int128>(-1));
  counter.inc(kBeyond + 5, {{"trace_id", "1"}});
  counter.inc(0x1p64L);
  counter.add(static_cast<double>(kBeyond));
  histogram.observe(1, kBeyond + 5);
  summary.observe(1, -kBeyond);
  states.set(kBeyond);
  EXPECT_EQ(dropped.value(), 9);
  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(histogram.snapshot().count(), 0u);
  EXPECT_EQ(summary.snapshot().count(), 0u);

  counter.inc(static_cast<__int128>(3));
  counter.inc(1.5L);
  histogram.observe(1, static_cast<unsigned __int128>(5));
  states.set(static_cast<__int128>(1));
  EXPECT_EQ(dropped.value(), 9);
  EXPECT_EQ(counter.value(), 4.5);
  EXPECT_EQ(histogram.snapshot().count(), 5u);
  EXPECT_TRUE(states.is_enabled("off"));
}

}  // namespace
}  // namespace vitals
