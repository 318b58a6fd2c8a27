#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "support/this_process.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using vitals::testing::FakeClock;
using vitals::testing::kSanitized;
using vitals::testing::value;

// Each of these for a metric with names and one whose names are any.
struct EitherFamilyTest : ::testing::TestWithParam<bool> {
  [[nodiscard]] LabelNames names() const { return GetParam() ? LabelNames::any() : LabelNames{"x", "y"}; }

  FakeClock clock;
  Registry registry{{.clock = &clock}};
};
INSTANTIATE_TEST_SUITE_P(DynamicFamily, EitherFamilyTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "AnyNames" : "Names"; });

TEST_P(EitherFamilyTest, RemovedSeriesIsGoneAndStartsAnew) {
  auto& family = registry.counter("a_total", "A.", names());
  auto& stale = family.with({{"x", "1"}, {"y", "2"}});
  family.with({{"x", "kept"}}).inc();

  EXPECT_TRUE(family.remove({{"y", "2"}, {"x", "1"}}));
  EXPECT_FALSE(family.remove({{"y", "2"}, {"x", "1"}}));
  EXPECT_FALSE(family.remove(std::map<std::string, std::string>{{"y", "never"}}));
  stale.inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"kept\"} 1\n");
  EXPECT_EQ(family.with({{"x", "1"}, {"y", "2"}}).value(), 0);
}

TEST_P(EitherFamilyTest, RemoveMatchingEndsThoseThatHaveAllOfTheLabels) {
  auto& family = registry.gauge("a", "A.", names());
  for (int x = 0; x < 3; ++x) {
    for (int y = 0; y < 100; ++y) family.with({{"x", x}, {"y", y}});
  }
  family.with({{"y", 7}});

  EXPECT_EQ(family.remove_matching({{"x", 1}}), 100u);
  EXPECT_EQ(family.remove_matching(std::map<std::string, int>{{"y", 7}, {"x", 2}}), 1u);
  EXPECT_EQ(family.remove_matching({{"x", 9}}), 0u);
  EXPECT_EQ(family.remove_matching({{"x", ""}}), 1u);
  EXPECT_EQ(family.size(), 199u);
  EXPECT_EQ(family.clear(), 199u);
  EXPECT_EQ(family.clear(), 0u);
}

TEST_P(EitherFamilyTest, ScopedSeriesEndsWithItsScope) {
  auto& family = registry.gauge("a", "A.", names());
  {
    auto series = family.scoped({{"y", "\xFF"}, {"x", "1"}});
    series->set(3);
    auto moved = std::move(series);
    (*moved).add(1);
    EXPECT_EQ(family.with({{"x", "1"}, {"y", "\xFF"}}).value(), 4);
    auto other = family.scoped(std::map<std::string, std::string>{{"x", "2"}});
    moved = std::move(other);
    EXPECT_EQ(family.size(), 1u);
  }

  EXPECT_EQ(family.size(), 0u);
  {
    auto series = family.scoped({{"x", "1"}});
    family.remove({{"x", "1"}});
    family.with({{"x", "1"}});
  }
  EXPECT_EQ(family.size(), 1u) << "a series that is not its own";
}

TEST_P(EitherFamilyTest, SeriesThatAreIdleEnd) {
  auto& family = registry.counter("a_total", "A.", names(), {.expire_after = 60s});
  family.with({{"x", "idle"}});
  for (int i = 0; i < 4; ++i) {
    family.with({{"x", "busy"}}).inc();
    clock.advance(20s);
    (void)to_text(registry);
  }

  EXPECT_EQ(family.size(), 1u);
  EXPECT_EQ(value(registry, "a_total", {{"x", "busy"}}), 4);
}

TEST_P(EitherFamilyTest, SeriesBeyondTheLimitShareOne) {
  auto& family = registry.counter("a_total", "A.", names(), {.max_series = 2});
  register_library_metrics(registry);
  auto& first = family.with({{"x", "1"}});
  family.with({{"y", "2"}});

  family.with({{"x", "3"}}).inc();
  family.with({{"x", "\xFF"}, {"y", "4"}}).inc();
  { family.scoped({{"x", "5"}})->inc(); }

  EXPECT_EQ(&family.with({{"x", "1"}}), &first);
  const char* line =
      GetParam() ? "a_total{vitals_overflow=\"true\"} 3\n" : "a_total{x=\"_overflow\",y=\"_overflow\"} 3\n";
  EXPECT_THAT(to_text(registry), HasSubstr(line));
  EXPECT_EQ(family.size(), 2u);
  EXPECT_EQ(value(registry, "vitals_series_overflow_total", {{"family", "a_total"}}), 3);
  EXPECT_TRUE(family.remove({{"x", "1"}}));
  EXPECT_NE(&family.with({{"x", "3"}}), &family.with({{"x", "4"}}));
  EXPECT_EQ(family.clear(), 3u);
}

TEST_P(EitherFamilyTest, ExemplarsAreShown) {
  auto& family = registry.counter("a_total", "A.", names());
  family.with({{"y", "1"}}).inc(1, {{"trace_id", "abc"}});

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total{y=\"1\"} 1 # {trace_id=\"abc\"} 1.0"));
}

// Series of two and three labels, that are kept or come and go, while threads look up, record and scrape.
TEST_P(EitherFamilyTest, LooksUpMakesRemovesAndScrapesAtOnce) {
  constexpr int kSeries = 100;
  constexpr int kScrapes = kSanitized ? 30 : 200;
  auto& family = registry.counter("a_total", "A.", names());
  auto& limited = registry.counter("b_total", "B.", names(), {.max_series = kSeries / 2});
  std::vector<Counter*> kept;
  for (int i = 0; i < kSeries; ++i) kept.push_back(&family.with({{"x", i}, {"y", "kept"}}));
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; !done; i = (i + 7) % kSeries) {
        family.with({{"x", i}, {"y", t}}).inc();
        limited.with({{"y", t}, {"x", i}}).inc();
        limited.with({{"y", "a value that is longer than the others, \xFF"}, {"x", i}}).inc();
        family.remove({{"y", t}, {"x", i}});
        if (i % 10 == 0) limited.remove_matching({{"x", i}});
        auto scoped = family.scoped({{"y", "scoped"}, {"x", i}});
        scoped->inc();
      }
    });
  }
  threads.emplace_back([&] {
    for (std::size_t i = 0; !done; i = (i + 1) % kept.size())
      wrong += &family.with({{"y", "kept"}, {"x", i}}) != kept[i] ? 1u : 0u;
  });

  for (int i = 0; i < kScrapes; ++i) {
    const std::string text = to_text(registry);
    ASSERT_THAT(text,
                AllOf(HasSubstr("a_total{x=\"0\",y=\"kept\"} 0\n"), HasSubstr("a_total{x=\"99\",y=\"kept\"} 0\n")));
    ASSERT_GT(to_protobuf(registry).size(), 0u);
  }
  done = true;
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_LE(limited.size(), kSeries / 2u);
  EXPECT_EQ(family.remove_matching({{"y", "scoped"}}), 0u);
}

}  // namespace
}  // namespace vitals
