// Bounds of one series: Family<Histogram, N>::with_bounds().
#include <atomic>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/protobuf_dump.hpp"
#include "support/this_process.hpp"

namespace vitals {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using vitals::testing::kSanitized;
using vitals::testing::resident_bytes;

struct SeriesBounds : ::testing::Test {
  template <class Call>
  static std::string refusal(Call call) {
    try {
      call();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "(accepted)";
  }
  static Buckets many(std::size_t n) {
    std::vector<double> bounds(n);
    std::iota(bounds.begin(), bounds.end(), 1.0);
    return Buckets{bounds};
  }
  Registry registry;
  Family<Histogram, 1>& family = registry.histogram("a", "A.", {"x"}, Buckets{1, 2});
};

TEST_F(SeriesBounds, AreOfThatSeriesAlone) {
  family.with("family").observe(1.5);
  family.with_bounds(Buckets{0.5}, "fewer").observe(1.5);
  family.with_bounds({1, 1.25, 1.5, 1.75, 2}, "more").observe(1.5);

  EXPECT_EQ(
      to_text(registry),
      "# HELP a A.\n# TYPE a histogram\n"
      "a_bucket{x=\"family\",le=\"1\"} 0\na_bucket{x=\"family\",le=\"2\"} 1\na_bucket{x=\"family\",le=\"+Inf\"} 1\n"
      "a_sum{x=\"family\"} 1.5\na_count{x=\"family\"} 1\n"
      "a_bucket{x=\"fewer\",le=\"0.5\"} 0\na_bucket{x=\"fewer\",le=\"+Inf\"} 1\n"
      "a_sum{x=\"fewer\"} 1.5\na_count{x=\"fewer\"} 1\n"
      "a_bucket{x=\"more\",le=\"1\"} 0\na_bucket{x=\"more\",le=\"1.25\"} 0\na_bucket{x=\"more\",le=\"1.5\"} 1\n"
      "a_bucket{x=\"more\",le=\"1.75\"} 1\na_bucket{x=\"more\",le=\"2\"} 1\na_bucket{x=\"more\",le=\"+Inf\"} 1\n"
      "a_sum{x=\"more\"} 1.5\na_count{x=\"more\"} 1\n");
  const std::string openmetrics = to_openmetrics(registry);
  EXPECT_THAT(openmetrics, HasSubstr("a_bucket{x=\"fewer\",le=\"0.5\"} 0\na_bucket{x=\"fewer\",le=\"+Inf\"} 1\na_sum"));
  EXPECT_THAT(openmetrics, HasSubstr("a_bucket{x=\"more\",le=\"1.75\"} 1\na_bucket{x=\"more\",le=\"2.0\"} 1\n"));
}

TEST_F(SeriesBounds, AreThoseOfProtobufAndSnapshots) {
  family.with_bounds({0.5}, "fewer").observe(1.5);
  family.with_bounds({1, 3, 4}, "more").observe(1.5);
  Registry alone;
  alone.histogram("a", "A.", {"x"}, Buckets{1, 3, 4}).with("more").observe(1.5);
  const auto metric_of = [](const Registry& of) {
    const std::string text = test::dump_protobuf(to_protobuf(of));
    const std::size_t begin = text.find("7{", text.find("more"));
    return text.substr(begin, text.find("15{", begin) - begin);
  };

  EXPECT_EQ(metric_of(registry), metric_of(alone));
  const auto snapshot = registry.snapshot();
  ASSERT_EQ(snapshot.at(0).metrics.size(), 2u);
  EXPECT_EQ(snapshot[0].metrics[0].buckets.size(), 2u);
  EXPECT_EQ(snapshot[0].metrics[1].buckets.size(), 4u);
  EXPECT_EQ(snapshot[0].metrics[1].buckets[1].cumulative_count, 1u);
  EXPECT_THAT(family.with("more").snapshot().bounds(), ElementsAre(1, 3, 4));
  EXPECT_DOUBLE_EQ(family.with("more").snapshot().quantile(0.5), 2);
}

TEST_F(SeriesBounds, OfASeriesThatExistsStay) {
  Histogram& of_family = family.with("1");
  Histogram& own = family.with_bounds({5}, "2");

  EXPECT_EQ(&family.with_bounds({7, 8, 9}, "1"), &of_family);
  EXPECT_EQ(&family.with_bounds({7, 8, 9}, "2"), &own);
  EXPECT_EQ(&family.with("2"), &own);
  EXPECT_THAT(of_family.snapshot().bounds(), ElementsAre(1, 2));
  EXPECT_THAT(own.snapshot().bounds(), ElementsAre(5));
}

TEST_F(SeriesBounds, MayBeOthersOnceTheSeriesWasRemoved) {
  Histogram& old = family.with_bounds({5}, std::string(200, 'x'));
  old.observe(1);
  family.remove(std::string(200, 'x'));

  Histogram& anew = family.with_bounds({6, 7}, std::string(200, 'x'));
  old.observe(1);

  EXPECT_NE(&anew, &old);
  EXPECT_THAT(anew.snapshot().bounds(), ElementsAre(6, 7));
  EXPECT_EQ(anew.snapshot().count(), 0u);
}

TEST_F(SeriesBounds, ThatBreakARuleAreRefusedWithMetricAndSeries) {
  auto& two = registry.histogram("b", "B.", {"x", "y"});

  EXPECT_EQ(
      refusal([&] {
        two.with_bounds({2, 1}, "\"1\"", 2);
      }),
      "vitals: metric \"b\": series {x=\"\\\"1\\\"\",y=\"2\"}: bucket bound 1 after 2: bounds must ascend without "
      "repeats; sort them and remove duplicates");
  EXPECT_THAT(refusal([&] { family.with_bounds(Buckets{std::vector<double>{}}, 1); }),
              HasSubstr("series {x=\"1\"}: a histogram needs at least one bucket bound"));
  EXPECT_THAT(refusal([&] { family.with_bounds(many(10'001), 1); }), HasSubstr("10001 bucket bounds; at most 10000"));
  EXPECT_THAT(refusal([&] { family.with_bounds({std::numeric_limits<double>::infinity()}, 1); }),
              HasSubstr("bounds must be finite"));
  EXPECT_EQ(family.size() + two.size(), 0u);

  family.with(1);
  EXPECT_THAT(refusal([&] { family.with_bounds({1, 1}, 1); }), HasSubstr("bounds must ascend"));
}

TEST_F(SeriesBounds, AreRefusedWhereThereAreNativeBuckets) {
  auto& native = registry.histogram("b", "B.", {"x"}, Native{});
  auto& both = registry.histogram("c", "C.", {"x"}, Buckets{1}, Native{});

  EXPECT_EQ(refusal([&] { native.with_bounds({1}, 7); }),
            "vitals: metric \"b\": series {x=\"7\"}: where there are native buckets, all series have the bounds of the "
            "metric; use with(), or declare the metric without native buckets");
  EXPECT_THAT(refusal([&] { both.with_bounds({1}, 7); }), HasSubstr("metric \"c\""));
  EXPECT_EQ(native.size() + both.size(), 0u);
}

TEST_F(SeriesBounds, AreNotOfTheSeriesBeyondTheLimit) {
  auto& small = registry.histogram("b", "B.", {"x"}, Buckets{1, 2}, {.max_series = 1});
  small.with_bounds({5}, 1);

  small.with_bounds({6}, 2).observe(1);
  small.with_bounds({7}, 3).observe(1);

  EXPECT_EQ(small.size(), 1u);
  EXPECT_THAT(small.with("_overflow").snapshot().bounds(), ElementsAre(1, 2));
  EXPECT_EQ(small.with("_overflow").snapshot().count(), 2u);
}

TEST_F(SeriesBounds, MayBeAsManyAsThoseOfAMetric) {
  Histogram& histogram = family.with_bounds(many(10'000), 1);
  for (int i = 0; i < 5'000; ++i) histogram.observe(i);  // spread meanwhile

  const auto snapshot = histogram.snapshot();

  EXPECT_EQ(snapshot.count(), 5'000u);
  EXPECT_EQ(snapshot.counts()[0], 2u);
  EXPECT_EQ(snapshot.counts()[4'998], 1u);
}

TEST_F(SeriesBounds, ExemplarsStandAtTheirBuckets) {
  family.with_bounds({10, 20, 30, 40}, 1).observe(35, {{"trace_id", "a"}});
  family.with(2).observe(0.5, {{"trace_id", "b"}});

  const std::string text = to_openmetrics(registry);

  EXPECT_THAT(text, HasSubstr("a_bucket{x=\"1\",le=\"40.0\"} 1 # {trace_id=\"a\"} 35"));
  EXPECT_THAT(text, HasSubstr("a_bucket{x=\"2\",le=\"1.0\"} 1 # {trace_id=\"b\"} 0.5"));
}

TEST(SeriesBoundsOfTraces, ExemplarsComeByThemselves) {
  const TraceSource source{[](TraceContext& trace, void*) noexcept {
                             std::string(32, '1').copy(trace.trace_id, sizeof trace.trace_id);
                             trace.span_id[0] = '\0';
                             return true;
                           },
                           nullptr};
  Registry registry{{.trace_source = source}};
  auto& family = registry.histogram("a", "A.", {"x"}, Buckets{1}, {.exemplars = true});

  family.with_bounds({10, 20, 30}, 1).observe(25);
  family.with(2).observe(25);

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_bucket{x=\"1\",le=\"30.0\"} 1 # {trace_id=\"1111"));
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_bucket{x=\"2\",le=\"+Inf\"} 1 # {trace_id=\"1111"));
}

TEST_F(SeriesBounds, SeriesThatComeAndGoTakeNoMemory) {
  const auto come_and_go = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      family.with_bounds(many(static_cast<std::size_t>(i % 50) + 1), i).observe(1);
      if (i % 1'000 == 0) (void)to_text(registry);
      family.remove(i - 10);
    }
  };
  come_and_go(0, 10'000);
  const std::size_t before = resident_bytes();

  come_and_go(10'000, kSanitized ? 15'000 : 100'000);

  EXPECT_EQ(family.size(), 10u);
  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (std::size_t{2} << 20));
  }
}

TEST_F(SeriesBounds, BeyondTheLimitOfListsAreThoseOfTheFamily) {
  for (int i = 0; i < 1'001; ++i) family.with_bounds({1.0 + i, 2'000}, i).observe(1);

  EXPECT_THAT(family.with(999).snapshot().bounds(), ElementsAre(1'000, 2'000));
  EXPECT_THAT(family.with(1'000).snapshot().bounds(), ElementsAre(1, 2));
  EXPECT_THAT(family.with_bounds({1'000, 2'000}, "known").snapshot().bounds(), ElementsAre(1'000, 2'000));
}

TEST_F(SeriesBounds, OfManyThreadsTheFirstOnesHold) {
  constexpr int kThreads = 4;
  constexpr int kSeries = 300;
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kSeries; ++i) {
        Histogram& histogram = family.with_bounds(many(static_cast<std::size_t>(thread + i % 7) + 1), i);
        for (int n = 0; n < 50; ++n) histogram.observe(n);
        if (i % 3 == 0) family.remove(i), histogram.observe(1);
      }
      --running;
    });
  }
  while (running > 0) (void)to_text(registry);
  for (auto& thread : threads) thread.join();

  for (int i = 1; i < kSeries; i += 3) EXPECT_EQ(family.with(i).snapshot().count(), kThreads * 50u) << i;
}

TEST(HistogramBounds, OfSeriesWhoseLabelsHaveNamesOfRunTime) {
  Registry registry;
  auto& named = registry.histogram("a", "A.", LabelNames{"x", "y"}, Buckets{1});
  auto& open = registry.histogram("b", "B.", LabelNames::any(), Buckets{1});

  named.with_bounds(Buckets{2, 3}, {{"y", "1"}}).observe(2.5);
  open.with_bounds(Buckets{4}, std::map<std::string, std::string>{{"z", "1"}}).observe(3.5);
  named.with({{"y", "1"}}).observe(2.5);

  EXPECT_THAT(to_text(registry), ::testing::HasSubstr("a_bucket{y=\"1\",le=\"2\"} 0\na_bucket{y=\"1\",le=\"3\"} 2\n"));
  EXPECT_THAT(to_text(registry), ::testing::HasSubstr("b_bucket{z=\"1\",le=\"4\"} 1\n"));
  EXPECT_THROW(open.with_bounds(Buckets{2, 1}, {{"z", "2"}}), std::invalid_argument);
}

}  // namespace
}  // namespace vitals
