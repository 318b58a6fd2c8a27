#include <chrono>
#include <cstddef>
#include <string>

#include "redis/redis_test.hpp"

namespace vitals {

namespace {

using test::Probe;
using test::sample;
using namespace std::chrono_literals;

using InvalidateTest = test::WithRedis;

void fill(Probe& probe, const std::string& stem, int n) {
  probe({"EVAL", "for i = 1, tonumber(ARGV[2]) do redis.call('SET', ARGV[1] .. i, 'x') end", "0", stem,
         std::to_string(n)});
}

TEST_F(InvalidateTest, TakesAllKeysOfOneFunctionAndNoOthers) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("clinic")};
  cache.cached("get_appointments", [](int n) { return n; });
  Probe probe{*server};
  fill(probe, "clinic:get_appointments:", 5000);
  fill(probe, "clinic:get_clients:", 100);
  fill(probe, "other:get_appointments:", 100);

  const InvalidateResult result = cache.invalidate_pattern("get_appointments:*", {.budget = 30s});

  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.removed, 5000U);
  EXPECT_GE(result.scanned, 5000U);
  EXPECT_EQ(probe({"DBSIZE"}), "200");
  EXPECT_EQ(sample(registry, R"(cache_invalidated_keys_total{cache="get_appointments",method="pattern"})"), 5000);
}

TEST_F(InvalidateTest, PatternsAreConfinedToThePrefixWhateverItIs) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently(R"(a*[b]?\c)")};
  Probe probe{*server};
  fill(probe, R"(a*[b]?\c:)", 3);
  fill(probe, R"(aXXb?\c:)", 3);
  fill(probe, "axb:", 3);

  EXPECT_EQ(cache.invalidate_pattern("*").removed, 3U);
  EXPECT_EQ(probe({"DBSIZE"}), "6");
}

TEST_F(InvalidateTest, NamesMayHaveColons) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("shop:eu")};
  auto price = cache.cached("food:price", [](int n) { return n; });
  auto stock = cache.cached("food:stock", [](int n) { return n; });
  Cache other{registry, redis, test::patiently("shop")};
  auto foreign = other.cached("eu:food:price", [](int n) { return n; });
  price(1);
  stock(1);
  foreign(1);
  cache.get_or_compute("food:price", 60s, [] { return 1; });

  EXPECT_EQ(cache.invalidate_pattern("food:price:*").removed, 1U);
  EXPECT_EQ(sample(registry, R"(cache_invalidated_keys_total{cache="food:price",method="pattern"})"), 1);
  EXPECT_EQ(cache.invalidate_pattern("food:price").removed, 1U);
  EXPECT_EQ(cache.invalidate_pattern("food:*").removed, 1U);
  EXPECT_EQ(other.invalidate_pattern("*").removed, 1U);
  EXPECT_EQ(Probe{*server}({"DBSIZE"}), "0");
}

TEST_F(InvalidateTest, EscapedTextMatchesItselfAlone) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  Probe probe{*server};
  for (const char* key : {":what?", ":whats", R"(:[a]\*)", ":a"}) probe({"SET", key, "x"});

  EXPECT_EQ(cache.invalidate_pattern(escape_glob("what?")).removed, 1U);
  EXPECT_EQ(cache.invalidate_pattern(escape_glob(R"([a]\*)")).removed, 1U);
  EXPECT_EQ(cache.invalidate_pattern("").removed, 0U);

  EXPECT_EQ(probe({"EXISTS", ":whats", ":a"}), "2");
}

TEST_F(InvalidateTest, KeysThatEndInAHashMatchAsTheyAreWritten) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("p")};
  const std::string hash = "d41d8cd98f00b204e9800998ecf8427e";
  int value = 0;
  for (const std::string& key : {"avatar:" + hash, "avatar:" + hash + "~", hash}) {
    const auto get = [&] { return cache.get_or_compute(key, 60s, [&] { return value; }); };
    for (const std::string& pattern : {escape_glob(key), "?" + escape_glob(key.substr(1))}) {
      value = 1;
      EXPECT_EQ(get(), 1);
      value = 2;
      const InvalidateResult result = cache.invalidate_pattern(pattern);
      EXPECT_TRUE(result.complete);
      EXPECT_EQ(result.removed, 1U) << pattern;
      EXPECT_EQ(get(), 2) << pattern;
      EXPECT_TRUE(cache.erase(key));
    }
  }
}

TEST_F(InvalidateTest, WhatTheBudgetCutsOffCanBeResumed) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("p")};
  Probe probe{*server};
  fill(probe, "p:f:", 20'000);

  std::size_t removed = 0;
  InvalidateOptions step{.budget = 1ms};
  int steps = 0;
  const bool complete = test::eventually([&] {
    ++steps;
    const InvalidateResult result = cache.invalidate_pattern("f:*", step);
    removed += result.removed;
    step.cursor = result.cursor;
    return result.complete;
  });

  EXPECT_TRUE(complete);
  EXPECT_GT(steps, 1);
  EXPECT_EQ(removed, 20'000U);
  EXPECT_EQ(sample(registry, R"(redis_pool_closed_total{pool="main",reason="broken"})"), 0);
  EXPECT_EQ(probe({"DBSIZE"}), "0");
}

TEST_F(InvalidateTest, ServerWithoutUnlinkIsAskedToDel) {
  test::RedisServer old{{"--rename-command", "UNLINK", ""}};
  RedisPool redis{registry, patient(old)};
  Cache cache{registry, redis, test::patiently()};
  for (const char* key : {"a", "b", "c"}) cache.get_or_compute(key, 60s, [] { return 1; });

  EXPECT_TRUE(cache.erase("a"));
  EXPECT_EQ(cache.invalidate_pattern("*").removed, 2U);

  EXPECT_EQ(Probe{old}({"DBSIZE"}), "0");
  EXPECT_EQ(sample(registry, R"(cache_operation_duration_seconds_count{cache_type="redis",command="UNLINK"})"), 1);
  EXPECT_EQ(test::errors(registry, "UNLINK", "server"), 0);
}

TEST_F(InvalidateTest, HungServerCostsABoundedTime) {
  RedisPool redis{registry, options()};
  Cache cache{registry, redis};
  server->pause();

  const auto took = test::time_of([&] { EXPECT_FALSE(cache.invalidate_pattern("*").complete); });

  EXPECT_LT(took, 5s);
}

}  // namespace

}  // namespace vitals
