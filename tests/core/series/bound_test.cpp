#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using vitals::testing::value;

enum class Result { Ok, Failed, Late = 7 };
std::string_view label_text(Result result) {
  return result == Result::Ok ? "ok" : result == Result::Failed ? "failed" : "late";
}
enum class Sign : std::int8_t { Minus = -1, None, Plus };
std::string_view label_text(Sign sign) { return sign == Sign::Minus ? "-" : sign == Sign::None ? "0" : "+"; }

struct BoundTest : ::testing::Test {
  template <class Call>
  static std::string refusal(Call call) {
    try {
      call();
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "(accepted)";
  }

  Registry registry;
  Family<Counter, 1>& jobs = registry.counter("jobs_total", "Jobs.", {"result"});
};

TEST_F(BoundTest, FindsTheSeriesThatWithFinds) {
  const auto results = bound(jobs, each(Result::Ok, Result::Failed, Result::Late));

  EXPECT_EQ(&results[Result::Ok], &jobs.with(Result::Ok));
  EXPECT_EQ(&results[Result::Failed], &jobs.with("failed"));
  EXPECT_EQ(&results[Result::Late], &jobs.with("late"));
  EXPECT_EQ(jobs.size(), 3u);
}

TEST_F(BoundTest, MakesAllOfTheSetAtOnce) {
  const auto results = bound(jobs, each(Result::Failed, Result::Ok));
  results[Result::Failed].inc(2);

  EXPECT_EQ(value(registry, "jobs_total", {{"result", "ok"}}), 0);
  EXPECT_EQ(value(registry, "jobs_total", {{"result", "failed"}}), 2);
}

TEST_F(BoundTest, LabelsBesideTheSetAreFixed) {
  auto& requests = registry.histogram("a_seconds", "A.", {"method", "good", "shard"}, Buckets{1});
  const auto by_good = bound(requests, std::string{"GET"}, each(false, true), 3);

  by_good[true].observe(0.5);

  EXPECT_EQ(&by_good[true], &requests.with("GET", true, 3));
  EXPECT_EQ(&by_good[false], &requests.with("GET", "false", "3"));
  EXPECT_EQ(requests.size(), 2u);
}

TEST_F(BoundTest, SetsMayBeOfNumbers) {
  const auto shards = bound(jobs, each_below(16));
  const auto statuses = bound(jobs, each(500, 200, 404, 200));
  const auto signs = bound(jobs, each(Sign::Plus, Sign::Minus));

  for (int shard = 0; shard < 16; ++shard) EXPECT_EQ(&shards[shard], &jobs.with(shard));
  EXPECT_EQ(&statuses[404], &jobs.with("404"));
  EXPECT_EQ(&signs[Sign::Minus], &jobs.with("-"));
  EXPECT_EQ(&signs[Sign::Plus], &jobs.with("+"));
  EXPECT_EQ(jobs.size(), 16u + 3u + 2u);
}

TEST_F(BoundTest, WhatIsNotInTheSetIsLookedUp) {
  const auto results = bound(jobs, each(Result::Ok, Result::Late));
  const auto shards = bound(jobs, each_below(std::int64_t{4}));
  const auto none = bound(jobs, each_below(0));

  EXPECT_EQ(&results[Result::Failed], &jobs.with("failed"));  // between two of the set
  EXPECT_EQ(&results[static_cast<Result>(8)], &jobs.with("late"));
  EXPECT_EQ(&results[static_cast<Result>(-1)], &jobs.with("late"));
  for (const std::int64_t shard : {std::int64_t{4}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()})
    EXPECT_EQ(&shards[shard], &jobs.with(shard));
  EXPECT_EQ(&none[0], &jobs.with(0));
}

TEST_F(BoundTest, BeyondTheFamilysLimitItIsTheOverflowSeries) {
  auto& small = registry.counter("small_total", "S.", {"x"}, {.max_series = 2});
  const auto table = bound(small, each_below(4));

  table[2].inc();
  table[3].inc();
  table[9].inc();

  EXPECT_EQ(value(registry, "small_total", {{"x", "_overflow"}}), 3);
}

TEST_F(BoundTest, RefusesWhatNoTableCanHold) {
  auto& ends = registry.counter("ends_total", "E.", {"x"}, {.expire_after = 1min});

  EXPECT_EQ(
      refusal([&] { (void)bound(ends, each(1)); }),
      "vitals: metric \"ends_total\": bound(): its series end by FamilyOptions::expire_after, so no references to "
      "them may be kept; use with()");
  EXPECT_EQ(refusal([&] { (void)bound(jobs, each(-1, 4'095)); }),
            "vitals: metric \"jobs_total\": bound(): the numbers of the set lie 4096 apart, the most is 4095; use "
            "with(), or numbers that follow each other");
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(refusal([&] { (void)bound(jobs, each(kLeast, kMost)); }), HasSubstr("lie 18446744073709551615 apart"));
  EXPECT_THAT(refusal([&] { (void)bound(jobs, each_below(std::uint64_t{1} << 60)); }), HasSubstr("lie 4096 apart"));
  EXPECT_EQ(jobs.size(), 0u);

  EXPECT_EQ(refusal([&] { (void)bound(jobs, each(kLeast, kLeast + 4'095)); }), "(accepted)");
}

TEST_F(BoundTest, MayBeMovedAndKept) {
  struct Worker {
    Bound<Counter, 1, Result> results;
  };
  auto results = bound(jobs, each(Result::Ok));
  Counter* const ok = &results[Result::Ok];

  const Worker worker{std::move(results)};

  EXPECT_EQ(&worker.results[Result::Ok], ok);
}

TEST_F(BoundTest, ServesManyThreads) {
  const auto results = bound(jobs, each(Result::Ok, Result::Failed));
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10'000; ++i) results[i % 10 == 0 ? Result::Late : Result::Ok].inc();
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(jobs.with("ok").value(), 36'000);
  EXPECT_EQ(jobs.with("late").value(), 4'000);
}

}  // namespace
}  // namespace vitals
