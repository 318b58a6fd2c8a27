#include "tool/load/load_timeline.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

HistogramSnapshot latencies(std::uint64_t fast, std::uint64_t slow) { return {{0.1, 1, 10}, {fast, 0, slow, 0}, 0}; }

TEST(LoadTimeline, AMomentHasWhatCameSinceTheLastLook) {
  LoadTimeline timeline;
  timeline.add(1, 10, 1, latencies(9, 0));
  timeline.add(2, 30, 1, latencies(9, 20));

  ASSERT_EQ(timeline.moments().size(), 2);
  const auto& second = timeline.moments()[1];
  EXPECT_EQ(second.sent_per_second(), 20);
  EXPECT_EQ(second.failed, 0);
  EXPECT_EQ(second.answered, 20);
  EXPECT_GT(timeline.quantile(second, 0.5), 1);
  EXPECT_LE(timeline.quantile(timeline.moments()[0], 0.5), 0.1);
}

TEST(LoadTimeline, AMomentWithoutAnswersHasNoPercentiles) {
  LoadTimeline timeline;
  timeline.add(1, 0, 0, latencies(0, 0));

  EXPECT_TRUE(std::isnan(timeline.quantile(timeline.moments()[0], 0.5)));
}

TEST(LoadTimeline, ALongOneHasFewerLongerMomentsWithTheSameSums) {
  LoadTimeline timeline;
  constexpr std::uint64_t kSeconds = 5 * LoadTimeline::kMost + 7;
  for (std::uint64_t second = 1; second <= kSeconds; ++second)
    timeline.add(static_cast<double>(second), 3 * second, second, latencies(second, second));

  EXPECT_LE(timeline.moments().size(), LoadTimeline::kMost);
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  double end = 0;
  for (const auto& moment : timeline.moments()) {
    EXPECT_EQ(moment.begin, end);
    end = moment.end;
    sent += moment.sent;
    answered += moment.answered;
    EXPECT_NEAR(moment.sent_per_second(), 3, 1e-9);
    EXPECT_LE(timeline.quantile(moment, 0.5), 0.1);
    EXPECT_GT(timeline.quantile(moment, 0.51), 1);
  }
  EXPECT_EQ(end, kSeconds);
  EXPECT_EQ(sent, 3 * kSeconds);
  EXPECT_EQ(answered, 2 * kSeconds);
}

}  // namespace
}  // namespace vitals::tool
