#include <cmath>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/cells/cells.hpp"

namespace vitals {
namespace {

struct GaugeTest : testing::Test {
  Registry registry;
  Gauge& gauge = registry.gauge("a", "A.");
};

TEST_F(GaugeTest, SetsAddsAndSubtracts) {
  gauge.set(10);
  gauge.inc();
  gauge.dec();
  gauge.add(2.5);
  gauge.sub(0.5);

  EXPECT_EQ(gauge.value(), 12);
}

TEST_F(GaugeTest, DropsAndCountsNanIncrementsButMayBeSetToNan) {
  const auto dropped = detail::dropped_updates();

  gauge.add(std::nan(""));
  gauge.sub(std::nan(""));
  EXPECT_EQ(gauge.value(), 0);
  EXPECT_EQ(detail::dropped_updates() - dropped, 2u);

  gauge.set(std::nan(""));
  EXPECT_TRUE(std::isnan(gauge.value()));
}

TEST_F(GaugeTest, TracksWhatIsInProgress) {
  {
    auto first = gauge.track();
    auto second = gauge.track();
    EXPECT_EQ(gauge.value(), 2);
    auto moved = std::move(first);
    EXPECT_EQ(gauge.value(), 2);
    moved = std::move(second);
    EXPECT_EQ(gauge.value(), 1);
  }
  EXPECT_EQ(gauge.value(), 0);
}

TEST_F(GaugeTest, LosesNothingAcrossThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 20'000; ++n) i % 2 == 0 ? gauge.add(3) : gauge.sub(2);
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(gauge.value(), 4 * 20'000);
}

}  // namespace
}  // namespace vitals
