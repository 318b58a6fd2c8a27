#include <atomic>
#include <chrono>
#include <cmath>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using vitals::testing::FakeClock;
using vitals::testing::value;

struct PeakGaugeTest : ::testing::Test {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
};

TEST_F(PeakGaugeTest, ShowsAPeakForOneToTwoWindows) {
  auto& peak = registry.peak_gauge("queue_peak", "Q.", {.window = 10s});
  EXPECT_TRUE(std::isnan(peak.value()));

  peak.observe(5);
  peak.observe(3);
  EXPECT_EQ(value(registry, "queue_peak"), 5);
  EXPECT_EQ(value(registry, "queue_peak"), 5);
  clock.advance(10s);
  EXPECT_EQ(peak.value(), 5);
  peak.set(2);
  clock.advance(9s);
  EXPECT_EQ(peak.value(), 5);
  clock.advance(1s);
  EXPECT_EQ(peak.value(), 2);
  clock.advance(10s);
  EXPECT_TRUE(std::isnan(peak.value()));
  EXPECT_THAT(to_text(registry), HasSubstr("# TYPE queue_peak gauge\nqueue_peak NaN\n"));
}

TEST_F(PeakGaugeTest, LosesNoPeakWhileNobodyReads) {
  auto& peak = registry.peak_gauge("p", "P.", {"l"}, {.window = 1s}).with("x");
  peak.observe(-7);

  clock.advance(1h);

  EXPECT_EQ(peak.value(), -7);
}

TEST_F(PeakGaugeTest, DropsNaN) {
  auto& peak = registry.peak_gauge("p", "P.");

  peak.observe(std::nan(""));
  EXPECT_TRUE(std::isnan(peak.value()));
  peak.observe(1);
  peak.observe(std::nan(""));

  EXPECT_EQ(peak.value(), 1);
}

TEST_F(PeakGaugeTest, IsNotAGaugeOfThatName) {
  registry.peak_gauge("p", "P.");

  EXPECT_THROW(registry.gauge("p", "P."), std::invalid_argument);
  EXPECT_THROW(registry.peak_gauge("p", "P.", {.window = 1s}), std::invalid_argument);
  EXPECT_THROW(registry.peak_gauge("q", "Q.", {.window = 0s}), std::invalid_argument);
}

TEST_F(PeakGaugeTest, RemovedOneIsHarmless) {
  auto& family = registry.peak_gauge("p", "P.", {"l"});
  auto& stale = family.with("x");

  family.remove("x");
  stale.observe(1);

  EXPECT_EQ(to_text(registry), "");
}

// Each thread's greatest value is seen by a reader that comes after it, however often windows turn meanwhile.
TEST_F(PeakGaugeTest, LosesNoPeakWhileWindowsTurn) {
  auto& peak = registry.peak_gauge("p", "P.", {.window = 10s});
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    while (!done) (void)peak.value();
  }};

  for (int i = 1; i <= 20'000; ++i) {
    clock.advance(4s);
    peak.observe(i);
    ASSERT_GE(peak.value(), i);
  }
  done = true;
  reader.join();
}

TEST_F(PeakGaugeTest, TakesValuesFromManyThreads) {
  auto& peak = registry.peak_gauge("p", "P.");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 10'000; ++i) peak.observe(4 * i + t);
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(peak.value(), 39'999);
}

}  // namespace
}  // namespace vitals
