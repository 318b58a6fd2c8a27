#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/series/held_up_scrape.hpp"
#include "support/this_process.hpp"

namespace vitals {
namespace {

using vitals::testing::kSanitized;

// The samples of a text, without their values; fails if there is one twice.
std::vector<std::string_view> distinct_samples(std::string_view text) {
  std::vector<std::string_view> samples;
  for (std::size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    if (text[0] != '#') samples.push_back(text.substr(0, text.substr(0, end).rfind(' ')));
  }
  std::ranges::sort(samples);
  const auto twice = std::ranges::adjacent_find(samples);
  EXPECT_EQ(twice, samples.end()) << *twice;
  return samples;
}

TEST(Family, LooksUpMakesRemovesAndScrapesAtOnce) {
  constexpr int kSeries = kSanitized ? 200 : 1'000;
  constexpr int kScrapes = kSanitized ? 50 : 300;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  const auto is_kept = [](int i) { return i % 10 == 0; };
  std::vector<std::string> kept;
  for (int i = 0; i < kSeries; ++i) {
    family.with(i);
    if (is_kept(i)) kept.push_back("a_total{i=\"" + std::to_string(i) + "\"}");
  }
  std::ranges::sort(kept);
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; !done; i = (i + 7) % kSeries) {
      if (is_kept(i)) continue;
      family.remove(i);
      family.with(i);
    }
  }};
  auto& counter = family.with(0);
  std::uint64_t looked_up = 0;
  std::uint64_t wrong = 0;
  std::thread looker{[&] {
    for (; !done; ++looked_up) {
      wrong += &family.with(0) != &counter;
      counter.inc();
    }
  }};

  for (int i = 0; i < kScrapes && !::testing::Test::HasFailure(); ++i) {
    const std::string text = to_text(registry);
    const auto samples = distinct_samples(text);
    EXPECT_TRUE(std::ranges::includes(samples, kept)) << text;
  }
  done = true;
  churn.join();
  looker.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(counter.value(), static_cast<double>(looked_up));
}

// A walk takes no lock, so a scrape's own thread may change what it walks over.
TEST(Family, ChangesInTheMiddleOfAScrape) {
  constexpr int kSeries = 5;
  const auto sample = [](int i) { return "a{i=\"" + std::to_string(i) + "\"}"; };
  for (int at = 0; at < kSeries; ++at) {
    for (int removed = 0; removed < kSeries; ++removed) {
      ClockThatTells clock;
      Registry registry{{.clock = &clock}};
      auto& family = registry.peak_gauge("a", "A.", {"i"});
      for (int i = 0; i < kSeries; ++i) family.with(i);
      int reads = 0;
      clock.on_read = [&] {
        if (reads++ != at) return;
        for (int again = 0; again < 3; ++again) {  // the memory of the second may serve the third
          EXPECT_TRUE(family.remove(removed));
          family.with(removed);
        }
      };

      const std::string text = to_text(registry);

      std::vector<std::string> expected;
      for (int i = 0; i < kSeries; ++i) {
        // What is made anew is a later series; what was written before is there; what is being read is not.
        if (i != removed || removed < at) expected.push_back(sample(i));
      }
      const auto samples = distinct_samples(text);
      EXPECT_TRUE(std::ranges::equal(samples, expected)) << removed << " removed at " << at << ":\n" << text;
      EXPECT_EQ(distinct_samples(to_text(registry)).size(), static_cast<std::size_t>(kSeries));
    }
  }
}

TEST(Family, AllSeriesEndInTheMiddleOfAScrape) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"i"});
  for (int i = 0; i < 5; ++i) family.with(i);
  int reads = 0;
  clock.on_read = [&] {
    if (reads++ != 2) return;
    EXPECT_EQ(family.clear(), 5U);
    family.with("new");
  };

  EXPECT_EQ(distinct_samples(to_text(registry)).size(), 2U);
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{i=\"new\"} NaN\n");
}

TEST(Family, MakesAndRemovesWhileAScrapeIsHeldUp) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"i"});
  for (int i = 0; i < 10; ++i) family.with(i);

  EXPECT_TRUE(is_done_during_a_scrape(registry, clock, [&] {
    for (int i = 0; i < 1'000; ++i) {
      family.with("new" + std::to_string(i));
      EXPECT_TRUE(family.remove(i % 10));
      family.with(i % 10);
    }
    EXPECT_EQ(family.size(), 1'010U);
  }));
}

// Series of which each knows what its value must be, made and removed while several threads scrape.
TEST(Family, ScrapesShowNoValueOfAnotherSeries) {
  constexpr int kSeries = 300;
  constexpr int kRounds = kSanitized ? 100 : 1'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; !done; i = (i + 7) % kSeries) {
      if (i % 50 == 0) family.remove_matching({{"i", std::to_string(i)}});
      family.remove(i);
      Counter& counter = family.with(i);
      for (int n = 0; n < 5'000 && i % 100 == 0; ++n) counter.inc(0);  // hot: it is spread over the CPUs
      counter.inc(i + 1);
    }
  }};
  const auto scrape = [&] {
    for (int round = 0; round < kRounds; ++round) {
      const auto families = registry.snapshot();
      for (const auto& family : families) {
        for (const auto& metric : family.metrics) {
          const double right = std::stod(metric.labels.at(0).value) + 1;
          ASSERT_TRUE(metric.value == 0 || metric.value == right) << metric.value << " of " << right - 1;
        }
      }
    }
  };
  std::thread other{scrape};
  scrape();
  other.join();
  done = true;
  churn.join();
}

}  // namespace
}  // namespace vitals
