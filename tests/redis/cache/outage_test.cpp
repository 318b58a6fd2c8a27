#include <chrono>
#include <csignal>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "redis/fake_redis.hpp"
#include "redis/redis_test.hpp"

namespace vitals {

namespace {

using test::errors;
using test::hits;
using test::misses;
using test::outcomes;
using test::Probe;
using test::sample;
using namespace std::chrono_literals;

using OutageTest = test::WithRedis;

constexpr auto kSomeTime = 5s;  // far more than the budget, for a busy machine; without one there would be no end

TEST_F(OutageTest, RedisThatIsDownCostsNextToNothing) {
  RedisPool redis{registry, options()};
  Cache cache{registry, redis};
  server->kill();
  int calls = 0;

  const auto took = test::time_of([&] {
    for (int i = 0; i < 1000; ++i) cache.get_or_compute("key", 60s, [&calls] { return ++calls; });
  });

  EXPECT_EQ(calls, 1000);
  EXPECT_LT(took, kSomeTime);
  EXPECT_EQ(hits(registry), 0);
  EXPECT_EQ(misses(registry), 0);
  EXPECT_GE(outcomes(registry, "get_or_compute", "error"), 3);
  EXPECT_EQ(outcomes(registry, "get_or_compute", "error") + outcomes(registry, "get_or_compute", "bypass"), 1000);
  EXPECT_GE(errors(registry, "GET", "connect"), 3);
  EXPECT_GE(sample(registry, R"(redis_pool_create_failures_total{pool="main",error_type="connect"})"), 3);
  EXPECT_FALSE(cache.erase("key"));
  EXPECT_FALSE(cache.invalidate_pattern("*").complete);
}

TEST_F(OutageTest, HungRedisCostsItsBudgetUntilTheBreakerOpens) {
  RedisPool redis{registry, options()};
  Cache cache{registry, redis};
  ASSERT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);
  const double before = misses(registry);
  server->pause();

  for (int i = 0; i < 3; ++i) {
    const auto took = test::time_of([&] { EXPECT_EQ(cache.get_or_compute("key", 60s, [i] { return i; }), i); });
    EXPECT_LT(took, kSomeTime);
  }
  EXPECT_EQ(errors(registry, "GET", "timeout"), 3);
  int calls = 0;
  test::eventually([&] {
    cache.get_or_compute("key", 60s, [&calls] { return ++calls; });
    return outcomes(registry, "get_or_compute", "bypass") > 100;
  });
  EXPECT_EQ(misses(registry), before);
  EXPECT_EQ(hits(registry), 0);

  server->resume();
  EXPECT_TRUE(test::eventually([&] {
    cache.get_or_compute("key", 60s, [] { return 2; });
    return hits(registry) > 0;
  }));
}

TEST_F(OutageTest, RedisThatHangsBeforeTheFirstConnectionIsBoundedToo) {
  server->pause();
  for (const RedisOptions& way : {options(), RedisOptions{.port = server->port(), .db = 1}}) {
    Registry of_way;
    RedisPool redis{of_way, way};
    Cache cache{of_way, redis};

    const auto took = test::time_of([&] { EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 5; }), 5); });

    EXPECT_LT(took, kSomeTime);
    EXPECT_EQ(errors(of_way, "GET", "timeout"), 1);
  }
}

TEST_F(OutageTest, HangingInTheMiddleOfACallCostsOneBudgetForBothCommands) {
  RedisPool redis{registry, {.unix_socket = server->unix_socket(), .command_timeout = 1s}};
  Cache cache{registry, redis, {.budget = 1s}};

  const auto took = test::time_of([&] {
    const int value = cache.get_or_compute("key", 60s, [this] {
      server->pause();
      return 5;
    });
    EXPECT_EQ(value, 5);
  });

  EXPECT_LT(took, 2 * kSomeTime);
  EXPECT_EQ(misses(registry), 1);
  EXPECT_EQ(errors(registry, "SET", "timeout"), 1);
  EXPECT_EQ(sample(registry, R"(cache_puts_total{cache="get_or_compute",result="error"})"), 1);
}

// As Redis does when it has too many clients or is in protected mode, and a proxy when it has no Redis.
TEST_F(OutageTest, ServerThatSendsEveryConnectionAwayIsDown) {
  for (const char* greeting :
       {"-ERR max number of clients reached\r\n", "-DENIED Redis is running in protected mode\r\n",
        "-NOAUTH Authentication required.\r\n", "-LOADING Redis is loading the dataset in memory\r\n",
        "-MASTERDOWN Link with MASTER is down\r\n", "-READONLY You can't write\r\n", "-ERR unknown command\r\n"}) {
    const test::FakeRedis fake{greeting, test::FakeRedis::Manner::Greeting};
    for (const char* password : {"", "secret"}) {
      Registry of_greeting;
      RedisPool redis{
          of_greeting,
          {.unix_socket = fake.unix_socket(), .password = password, .command_timeout = 30s, .connect_timeout = 30s}};
      Cache cache{of_greeting, redis, test::patiently()};
      const int before = fake.accepted();

      for (int i = 0; i < 3; ++i) cache.get_or_compute("key", 60s, [] { return 7; });
      EXPECT_GE(sample(of_greeting, R"(cache_breaker_state{cache_type="redis",pool="main"})").value_or(0), 1)
          << greeting << to_text(of_greeting);
      EXPECT_EQ(fake.accepted() - before, 3);
      EXPECT_EQ(outcomes(of_greeting, "get_or_compute", "error"), 3);
      EXPECT_FALSE(redis.ping());
      EXPECT_FALSE(redis.acquire());
    }
  }
}

TEST_F(OutageTest, ServerWithoutRoomForClientsIsDown) {
  test::RedisServer full{{"--maxclients", "1"}};
  Probe first{full};
  ASSERT_TRUE(first({"PING"}));
  RedisPool redis{registry, patient(full)};
  Cache cache{registry, redis, test::patiently()};

  EXPECT_FALSE(redis.acquire());
  EXPECT_FALSE(redis.acquire());
  cache.get_or_compute("key", 60s, [] { return 7; });

  EXPECT_GE(sample(registry, R"(cache_breaker_state{cache_type="redis",pool="main"})").value_or(0), 1);
}

// It answers, and may do so for long.
TEST_F(OutageTest, ServerThatAnswersErrorsIsNotDown) {
  const test::FakeRedis fake{"-LOADING Redis is loading the dataset in memory\r\n"};
  RedisPool redis{registry, {.unix_socket = fake.unix_socket(), .command_timeout = 30s, .connect_timeout = 30s}};
  Cache cache{registry, redis, test::patiently()};

  for (int i = 0; i < 10; ++i) cache.get_or_compute("key", 60s, [] { return 7; });

  EXPECT_EQ(errors(registry, "GET", "loading"), 10);
  EXPECT_EQ(fake.accepted(), 1);
  EXPECT_EQ(sample(registry, R"(cache_breaker_state{cache_type="redis",pool="main"})"), 0);
}

TEST_F(OutageTest, IsToldOnceAndSoIsItsEnd) {
  std::vector<std::string> told;
  RedisOptions telling = options();
  telling.name = "mine";
  telling.on_change = [&told](const RedisChange& change) {
    told.push_back(std::string{change.pool} + (change.reachable ? " up" : " down ") + std::string{change.error_type});
    throw std::runtime_error{"dropped"};
  };
  RedisPool redis{registry, telling};
  Cache cache{registry, redis};
  const auto call = [&cache] { return cache.get_or_compute("key", 60s, [] { return 1; }); };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(call(), 1);
  EXPECT_TRUE(told.empty());
  for (int outage = 0; outage < 2; ++outage) {
    server->kill();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(call(), 1);
    server->restart();
    EXPECT_TRUE(test::eventually([&] { return call() == 1 && told.size() == 2U * outage + 2; }));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"mine down connect", "mine up", "mine down connect", "mine up"}));
}

TEST_F(OutageTest, ItsEndIsToldAfterItsBegin) {
  std::promise<void> telling;
  std::promise<void> may_end;
  std::vector<std::string> told;  // unguarded, since one call follows the other
  RedisPool* self = nullptr;
  RedisOptions slow = patient();
  slow.on_change = [&](const RedisChange& change) {
    if (!change.reachable) {
      telling.set_value();
      may_end.get_future().wait();
    }
    EXPECT_TRUE(self->ping());  // no lock is held
    told.emplace_back(change.reachable ? "up" : "down");
  };
  RedisPool redis{registry, slow};
  self = &redis;
  server->kill();
  std::thread finder{[&redis] {
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(redis.ping());
  }};
  telling.get_future().wait();
  server->restart();
  EXPECT_TRUE(test::eventually([&] { return redis.ping(); }));
  may_end.set_value();
  finder.join();
  EXPECT_EQ(told, (std::vector<std::string>{"down", "up"}));
  EXPECT_EQ(sample(registry, R"(cache_breaker_state{cache_type="redis",pool="main"})"), 0);
}

TEST_F(OutageTest, OfAPoolThatTellsNobodyIsALineOnStderr) {
  testing::internal::CaptureStderr();
  {
    RedisPool redis{registry, options()};
    Cache cache{registry, redis};
    for (int outage = 0; outage < 2; ++outage) {
      server->kill();
      for (int i = 0; i < 100; ++i) cache.get_or_compute("key", 60s, [] { return 1; });
      server->restart();
      EXPECT_TRUE(test::eventually([&] { return redis.ping(); }));
    }
  }
  const std::string lines = testing::internal::GetCapturedStderr();
  // The second outage is within 10 s of the first.
  EXPECT_EQ(lines,
            "vitals::RedisPool main: Redis can't be reached (connect); calls go without the cache until it answers. "
            "RedisOptions::on_change takes these lines\nvitals::RedisPool main: Redis answers again\n");
}

TEST_F(OutageTest, RestartGoesUnnoticed) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  {
    const RedisLease first = redis.acquire();
    const RedisLease second = redis.acquire();
  }
  server->restart();

  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 1);

  EXPECT_EQ(misses(registry), 1);
  EXPECT_EQ(hits(registry), 1);
  EXPECT_EQ(sample(registry, R"(redis_pool_closed_total{pool="main",reason="broken"})"), 2);
}

TEST_F(OutageTest, NameThatDoesNotResolveIsBounded) {
  RedisPool redis{registry, {.host = "no-such-host.invalid"}};
  Cache cache{registry, redis};

  const auto took = test::time_of([&] { EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 5; }), 5); });

  EXPECT_LT(took, kSomeTime);
  EXPECT_EQ(errors(registry, "GET", "resolve"), 1);
}

TEST_F(OutageTest, LostServerRaisesNoSigpipe) {
  // Its default action would end this process; nobody here may change it.
  ASSERT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(test::eventually([&] { return redis.ping(); }));
    server->kill();
    EXPECT_EQ(cache.get_or_compute("key", 60s, [i] { return i; }), i);
    server->restart();
  }
  EXPECT_EQ(::signal(SIGPIPE, SIG_DFL), SIG_DFL);
}

TEST_F(OutageTest, ValueOfAnotherTypeIsAnErrorAndOverwritten) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  Probe probe{*server};
  probe({"LPUSH", ":list", "1"});
  probe({"SET", ":rubbish", "no envelope"});
  cache.get_or_compute("text", 60s, [] { return std::string{"no number"}; });

  for (const char* key : {"list", "rubbish", "text"}) {
    EXPECT_EQ(cache.get_or_compute(key, 60s, [] { return 1; }), 1) << key;
    EXPECT_EQ(cache.get_or_compute(key, 60s, [] { return 2; }), 1) << key;
  }

  EXPECT_EQ(errors(registry, "GET", "wrongtype"), 1);
  EXPECT_EQ(errors(registry, "GET", "decode"), 2);
  EXPECT_EQ(misses(registry), 1);
  EXPECT_EQ(hits(registry), 3);
}

TEST_F(OutageTest, FullOrReadOnlyRedisKeepsNothingAndHurtsNobody) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  Probe probe{*server};

  probe({"CONFIG", "SET", "maxmemory", "1"});
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);
  probe({"CONFIG", "SET", "maxmemory", "0"});
  probe({"REPLICAOF", "127.0.0.1", "1"});
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 2);

  EXPECT_EQ(errors(registry, "SET", "oom"), 1);
  EXPECT_EQ(errors(registry, "SET", "readonly"), 1);
  EXPECT_EQ(misses(registry), 2);
  // The master may be elsewhere by now: a new connection finds out.
  EXPECT_EQ(sample(registry, R"(redis_pool_closed_total{pool="main",reason="broken"})"), 1);
}

struct Throwing {};

}  // namespace

template <>
struct Codec<Throwing> {
  static std::string encode(const Throwing&) { throw std::runtime_error{"encode"}; }
  static std::optional<Throwing> decode(std::string_view) { throw std::runtime_error{"decode"}; }
};

namespace {

TEST_F(OutageTest, CodecThatThrowsIsAnErrorOfTheCacheAlone) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};

  EXPECT_NO_THROW(cache.get_or_compute("key", 60s, [] { return Throwing{}; }));
  cache.get_or_compute("key", 60s, [] { return 1; });
  EXPECT_NO_THROW(cache.get_or_compute("key", 60s, [] { return Throwing{}; }));
  auto by_argument = cache.cached("by_argument", [](const Throwing&) { return 1; });
  EXPECT_EQ(by_argument({}), 1);
  EXPECT_FALSE(by_argument.erase({}));

  EXPECT_EQ(errors(registry, "SET", "encode"), 2);
  EXPECT_EQ(errors(registry, "GET", "decode"), 1);
}

}  // namespace

}  // namespace vitals
