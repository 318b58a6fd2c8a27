#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "redis/redis_test.hpp"

namespace vitals {

template <>
struct Codec<std::unique_ptr<int>> {
  static std::string encode(const std::unique_ptr<int>& value) { return Codec<int>::encode(*value); }
  static std::optional<std::unique_ptr<int>> decode(std::string_view text) {
    const auto value = Codec<int>::decode(text);
    if (!value) return std::nullopt;
    return std::make_unique<int>(*value);
  }
};

namespace {

using test::hits;
using test::misses;
using test::outcomes;
using test::Probe;
using test::sample;
using namespace std::chrono_literals;

using CacheTest = test::WithRedis;

int doubled_calls = 0;
int doubled(int n) noexcept {
  ++doubled_calls;
  return 2 * n;
}

TEST_F(CacheTest, FunctionIsCalledOncePerArguments) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("clinic")};
  int calls = 0;
  auto rows = cache.cached("get_appointments",
                           [&calls](int user, const std::string& day) {
                             ++calls;
                             return std::vector<std::string>{std::to_string(user), day};
                           },
                           {.ttl = 600s});

  EXPECT_EQ(rows(7, "2024-10-24"), (std::vector<std::string>{"7", "2024-10-24"}));
  EXPECT_EQ(rows(7, "2024-10-24"), (std::vector<std::string>{"7", "2024-10-24"}));
  EXPECT_EQ(rows(8, "2024-10-24"), (std::vector<std::string>{"8", "2024-10-24"}));

  EXPECT_EQ(calls, 2);
  EXPECT_EQ(hits(registry), 1);
  EXPECT_EQ(misses(registry), 2);
  EXPECT_EQ(outcomes(registry, "get_appointments", "hit"), 1);
  EXPECT_EQ(sample(registry, R"(cache_puts_total{cache="get_appointments",result="stored"})"), 2);
  EXPECT_EQ(sample(registry, R"(cache_load_duration_seconds_count{cache="get_appointments",result="success"})"), 2);
}

TEST_F(CacheTest, SeriesExistFromTheStart) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("clinic")};
  cache.cached("f", doubled, {.ttl = 1s});

  EXPECT_EQ(hits(registry), 0);
  EXPECT_EQ(misses(registry), 0);
  for (const char* outcome : {"hit", "miss", "error", "bypass"})
    EXPECT_EQ(outcomes(registry, "f", outcome), 0) << outcome;
  EXPECT_EQ(sample(registry, R"(cache_breaker_state{cache_type="redis",pool="main"})"), 0);
  EXPECT_EQ(sample(registry, R"(redis_pool_connections{pool="main",state="used"})"), 0);
}

TEST_F(CacheTest, AnyCallableKeepsItsSignature) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  const std::function<std::string(std::string_view)> shout = [](std::string_view text) {
    return std::string{text} + "!";
  };

  CachedFunction<int(int)> by_pointer = cache.cached("doubled", doubled);
  CachedFunction<std::string(std::string_view)> by_function = cache.cached("shout", shout);
  auto taking_ownership = cache.cached("owned", [](std::vector<int> values) { return values.size(); });
  auto without_arguments = cache.cached("nothing", [n = 0]() mutable { return ++n; });

  doubled_calls = 0;
  EXPECT_EQ(by_pointer(21) + by_pointer(21), 84);
  EXPECT_EQ(doubled_calls, 1);
  EXPECT_EQ(by_function("hey"), "hey!");
  EXPECT_EQ(taking_ownership({1, 2, 3}), 3U);
  EXPECT_EQ(without_arguments(), 1);
  EXPECT_EQ(without_arguments(), 1);
}

TEST_F(CacheTest, GetOrComputeKeepsAKey) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently("clinic")};

  const std::string first = cache.get_or_compute("key", 300s, [] { return std::string{"value"}; });
  const std::string second = cache.get_or_compute("key", 300s, [] { return std::string{"another"}; });

  EXPECT_EQ(first, "value");
  EXPECT_EQ(second, "value");
  EXPECT_EQ(outcomes(registry, "get_or_compute", "hit"), 1);
  EXPECT_TRUE(cache.erase("key"));
  EXPECT_EQ(cache.get_or_compute("key", 300s, [] { return std::string{"another"}; }), "another");
}

TEST_F(CacheTest, KeysAreReadableAndTimesToLiveShortenedByTheJitterOnly) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.prefix = "clinic", .budget = 30s, .jitter = 0.1}};
  auto f = cache.cached("f", doubled, {.ttl = 600s});
  Probe probe{*server};

  f(1);
  const std::string key = probe({"KEYS", "*"}).value_or("");

  EXPECT_EQ(key.substr(0, 9), "clinic:f:");
  EXPECT_EQ(key.size(), 9U + 32U);
  const int left = std::stoi(probe({"PTTL", key}).value_or("0"));
  EXPECT_LE(left, 600'000);
  EXPECT_GT(left, 500'000);
}

TEST_F(CacheTest, ValuesExpire) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  int calls = 0;
  const auto count = [&calls] { return ++calls; };

  cache.get_or_compute("key", 20ms, count);

  EXPECT_TRUE(test::eventually([&] { return cache.get_or_compute("key", 20ms, count) > 1; }));
}

TEST_F(CacheTest, WithoutATimeToLiveNothingIsStored) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};

  EXPECT_EQ(cache.get_or_compute("key", 0s, [] { return 1; }), 1);
  EXPECT_EQ(cache.get_or_compute("key", -5s, [] { return 2; }), 2);

  EXPECT_EQ(Probe{*server}({"DBSIZE"}), "0");
}

TEST_F(CacheTest, EraseTakesTheValueOfTheseArgumentsAlone) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  std::map<int, int> calls;
  auto f = cache.cached("f", [&calls](int n, std::string) { return ++calls[n]; });
  f(1, "a");
  f(2, "a");

  EXPECT_TRUE(f.erase(1, "a"));
  EXPECT_TRUE(f.erase(3, "never there"));

  EXPECT_EQ(f(1, "a"), 2);
  EXPECT_EQ(f(2, "a"), 1);
  EXPECT_EQ(sample(registry, R"(cache_invalidated_keys_total{cache="f",method="key"})"), 1);
}

TEST_F(CacheTest, ExceptionsOfTheFunctionPassThroughAndAreNotCached) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  int calls = 0;
  auto f = cache.cached("f", [&calls](int n) -> int {
    if (++calls == 1) throw std::out_of_range{"first"};
    return n;
  });

  EXPECT_THROW(f(5), std::out_of_range);
  EXPECT_EQ(f(5), 5);

  EXPECT_EQ(calls, 2);
  EXPECT_EQ(sample(registry, R"(cache_load_duration_seconds_count{cache="f",result="error"})"), 1);
}

TEST_F(CacheTest, ValueOfOtherArgumentsUnderTheSameKeyIsAMiss) {
  // As if someone had constructed two argument lists with the same hash.
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  auto secret_of = cache.cached("secret_of", [](std::string user) { return "secret of " + user; });
  Probe probe{*server};
  secret_of("mallory");
  const std::string key = probe({"KEYS", "*"}).value_or("");
  probe({"FLUSHALL"});
  secret_of("alice");
  probe({"RENAME", probe({"KEYS", "*"}).value_or(""), key});

  EXPECT_EQ(secret_of("mallory"), "secret of mallory");
  EXPECT_EQ(hits(registry), 0);
}

TEST_F(CacheTest, NoTwoShareAKey) {
  RedisPool redis{registry, patient()};
  const std::string prefixes[] = {"", ":", "shop", "shop:", "shop:eu", "shop:eu:price", "shop%3Aeu", "%", "shop~"};
  const std::string names[] = {
      "price", "eu:price", ":price", "eu", "price:", "eu:", "shop:eu:price", ":", "~", "eu%3Aprice"};
  std::vector<std::unique_ptr<Cache>> caches;
  std::map<std::string, std::string> owners;  // by key
  Probe probe{*server};
  int values = 0;
  const auto took = [&](const std::string& owner) {
    const std::string key = probe({"KEYS", "*"}).value_or("");
    EXPECT_TRUE(owners.emplace(key, owner).second) << key << " is of " << owners[key] << " and of " << owner;
    probe({"FLUSHALL"});
    return key;
  };
  for (const std::string& prefix : prefixes) {
    Cache& cache = *caches.emplace_back(std::make_unique<Cache>(registry, redis, test::patiently(prefix)));
    for (const std::string& name : names) {
      cache.cached(name, [&values](int) { return ++values; })(1);
      const std::string key = took(prefix + "|" + name);
      const std::string hash = key.substr(key.size() - 32);
      for (const std::string& plain : {name, name + ":" + hash + "~"}) {
        cache.get_or_compute(plain, 60s, [&values] { return ++values; });
        took(prefix + "||" + plain);
        cache.get_or_compute(plain, 60s, [&values] { return ++values; });
        EXPECT_TRUE(cache.erase(plain));
        EXPECT_EQ(probe({"DBSIZE"}), "0") << plain;
      }
    }
  }
  EXPECT_EQ(owners.size(), std::size(prefixes) * std::size(names) * 3);
}

TEST_F(CacheTest, AKeyMadeLikeAFunctionsNeverHasItsValue) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.prefix = "p", .budget = 30s, .flight_wait = 60s}};
  Probe probe{*server};
  std::promise<void> loading;
  std::promise<void> loaded;
  std::shared_future<void> may_end = loaded.get_future().share();
  bool waits = false;
  const auto slow = [&] {
    if (waits) {
      loading.set_value();
      may_end.wait();
    }
    return std::string{"function's"};
  };
  auto without = cache.cached("f", slow);
  auto with = cache.cached("f", [&](int) { return slow(); });
  const std::function<std::string()> calls[] = {[&] { return without(); }, [&] { return with(1); }};
  for (const auto& call : calls) {
    probe({"FLUSHALL"});
    waits = false;
    EXPECT_EQ(call(), "function's");
    const std::string key = probe({"KEYS", "*"}).value_or("").substr(2);
    const auto plain = [&] { return cache.get_or_compute(key, 60s, [] { return std::string{"plain"}; }); };

    EXPECT_EQ(plain(), "plain");
    EXPECT_EQ(plain(), "plain");
    EXPECT_EQ(call(), "function's");
    EXPECT_EQ(plain(), "plain");

    // Nor do they wait for each other's load.
    EXPECT_TRUE(cache.erase(key));
    waits = true;
    loading = {};
    loaded = {};
    may_end = loaded.get_future().share();
    auto leader = std::async(std::launch::async, call);
    loading.get_future().wait();
    auto other = std::async(std::launch::async, plain);
    EXPECT_EQ(other.wait_for(10s), std::future_status::ready);
    loaded.set_value();
    EXPECT_EQ(other.get(), "plain");
    EXPECT_EQ(leader.get(), "function's");
  }
}

TEST_F(CacheTest, SeriesComeWithTheirUse) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  EXPECT_EQ(hits(registry), 0);
  EXPECT_EQ(misses(registry), 0);
  for (const char* unused : {"get_or_compute", "_pattern", "cache_operation_duration_seconds_count"}) {
    EXPECT_EQ(to_text(registry).find(unused), std::string::npos) << unused;
  }

  cache.get_or_compute("key", 60s, [] { return 1; });
  cache.invalidate_pattern("nothing");
  auto f = cache.cached("declared", doubled);

  EXPECT_EQ(outcomes(registry, "get_or_compute", "hit"), 0);
  EXPECT_EQ(outcomes(registry, "declared", "miss"), 0);
  EXPECT_EQ(sample(registry, R"(cache_invalidated_keys_total{cache="_pattern",method="pattern"})"), 0);
  EXPECT_EQ(sample(registry, R"(cache_load_duration_seconds_count{cache="get_or_compute",result="success"})"), 1);
  EXPECT_EQ(sample(registry, R"(cache_load_duration_seconds_count{cache="declared",result="success"})"), std::nullopt);
}

TEST_F(CacheTest, LargeValuesTravelAndTooLargeOnesAreNotStored) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.budget = 20s, .max_value_bytes = 3'000'000}};
  const std::string large(3'000'000, 'x');

  EXPECT_EQ(cache.get_or_compute("large", 60s, [&] { return large; }), large);
  EXPECT_EQ(cache.get_or_compute("large", 60s, [] { return std::string{}; }), large);
  EXPECT_EQ(cache.get_or_compute("larger", 60s, [&] { return large + "x"; }).size(), large.size() + 1);

  EXPECT_EQ(Probe{*server}({"DBSIZE"}), "1");
  EXPECT_EQ(sample(registry, R"(cache_puts_total{cache="get_or_compute",result="too_large"})"), 1);
}

TEST_F(CacheTest, WorksOverTcpByNameAndByNumber) {
  for (const char* host : {"127.0.0.1", "localhost"}) {
    Registry of_host;
    RedisPool redis{of_host, {.host = host, .port = server->port(), .command_timeout = 20s, .connect_timeout = 20s}};
    Cache cache{of_host, redis, {.prefix = host, .budget = 20s}};

    cache.get_or_compute("key", 60s, [] { return 1; });
    EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 1) << host;

    EXPECT_EQ(hits(of_host), 1) << host;
  }
}

TEST_F(CacheTest, MoveOnlyValuesCanBeCached) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};

  const auto make = [](int n) { return [n] { return std::make_unique<int>(n); }; };
  EXPECT_EQ(*cache.get_or_compute("key", 60s, make(1)), 1);
  EXPECT_EQ(*cache.get_or_compute("key", 60s, make(2)), 1);
}

TEST_F(CacheTest, MistakesAreNamed) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};

  EXPECT_THROW(cache.cached("", doubled), std::invalid_argument);
  EXPECT_THROW(cache.cached("f", doubled, {.ttl = 0s}), std::invalid_argument);
  EXPECT_THROW((Cache{registry, redis, {.budget = 0ms}}), std::invalid_argument);
  EXPECT_THROW((Cache{registry, redis, {.jitter = 1}}), std::invalid_argument);
  EXPECT_THROW((RedisPool{registry, {.port = 0}}), std::invalid_argument);
  EXPECT_THROW((RedisPool{registry, {.unix_socket = std::string(108, 'x')}}), std::invalid_argument);
  EXPECT_THROW((RedisPool{registry, {.size = 0}}), std::invalid_argument);
}

}  // namespace

}  // namespace vitals
