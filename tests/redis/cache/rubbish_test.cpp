#include <chrono>
#include <ostream>
#include <string>
#include <thread>

#include "redis/fake_redis.hpp"
#include "redis/redis_test.hpp"

namespace vitals {

namespace {

using test::FakeRedis;
using test::hits;
using test::misses;
using test::outcomes;
using test::sample;
using namespace std::chrono_literals;
using namespace std::string_literals;

struct Rubbish {
  const char* name;
  std::string answer;
  const char* error_type;
  FakeRedis::Manner manner = FakeRedis::Manner::AtOnce;

  friend void PrintTo(const Rubbish& rubbish, std::ostream* out) { *out << rubbish.name; }
};

std::string nested(int levels) {
  std::string out;
  for (int i = 0; i < levels; ++i) out += "*1\r\n";
  return out + "$1\r\na\r\n";
}

// Whatever it answers: the function's result, in bounded time, one error, and neither a hit nor a miss.
class RubbishTest : public testing::TestWithParam<Rubbish> {};

TEST_P(RubbishTest, CostsTheCallerTimeButNoWrongResult) {
  FakeRedis server{GetParam().answer, GetParam().manner};
  Registry registry;
  // Where an answer is to be heard, a busy machine gets the time for it.
  const std::chrono::milliseconds patience = GetParam().error_type == std::string{"timeout"} ? 200ms : 20s;
  RedisPool redis{registry,
                  {.unix_socket = server.unix_socket(), .command_timeout = patience, .connect_timeout = patience}};
  Cache cache{registry, redis, {.budget = patience}};
  auto answer = cache.cached("answer", [](int n) { return n + 1; });

  const auto took = test::time_of([&] { EXPECT_EQ(answer(41), 42); });

  EXPECT_LT(took, 4s);
  EXPECT_EQ(hits(registry), 0);
  EXPECT_EQ(misses(registry), 0);
  EXPECT_EQ(outcomes(registry, "answer", "error"), 1);
  EXPECT_EQ(test::errors(registry, "GET", GetParam().error_type), 1) << to_text(registry);
}

INSTANTIATE_TEST_SUITE_P(
    Redis, RubbishTest,
    testing::Values(
        Rubbish{"NothingEver", "", "timeout"}, Rubbish{"HalfALength", "$10", "timeout"},
        Rubbish{"HalfAValue", "$10\r\nabc", "timeout"},
        Rubbish{"OneByteAtATime", "$300\r\n" + std::string(300, 'x') + "\r\n", "timeout", FakeRedis::Manner::Dripping},
        Rubbish{"HalfAValueThenTheEnd", "$10\r\nabc", "io", FakeRedis::Manner::ThenClosing},
        Rubbish{"AnotherProtocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"},
        Rubbish{"NegativeLength", "$-7\r\n", "protocol"}, Rubbish{"NoNumber", "$abc\r\n", "protocol"},
        Rubbish{"ZeroBytes", std::string(64, '\0'), "protocol"}, Rubbish{"TwoReplies", "$-1\r\n$-1\r\n", "protocol"},
        Rubbish{"ReplyToAnotherCommand", "+OK\r\n", "protocol"}, Rubbish{"Array", "*1\r\n:1\r\n", "protocol"},
        // hiredis reserves 16 GB for this one, and takes seconds to free it.
        Rubbish{"ArrayOfTwoBillion", "*2147483647\r\n", "protocol"},
        Rubbish{"ArraysInArrays", "*100000\r\n*100000\r\n*100000\r\n", "protocol"},
        Rubbish{"ArraysInArraysWithoutEnd", nested(100'000), "protocol"},
        Rubbish{"EndlessLine", "+" + std::string(1'000'000, 'x'), "timeout"},
        Rubbish{"NoEnvelope", "$5\r\nhello\r\n", "decode"}, Rubbish{"EmptyValue", "$0\r\n\r\n", "decode"},
        Rubbish{"Moved", "-MOVED 3999 127.0.0.1:6381\r\n", "moved"},
        Rubbish{"Loading", "-LOADING Redis is loading the dataset in memory\r\n", "loading"},
        Rubbish{"NoAuthority", "-NOAUTH Authentication required.\r\n", "auth"},
        Rubbish{"UnknownError", "-\r\n", "server"}),
    [](const auto& info) { return std::string{info.param.name}; });

TEST(Rubbish, ConnectionClosedWithoutAReplyIsReplacedOnceAndThenAnError) {
  FakeRedis server{"$-1\r\n", FakeRedis::Manner::ThenClosing};
  Registry registry;
  RedisPool redis{registry, {.unix_socket = server.unix_socket(), .command_timeout = 20s, .connect_timeout = 20s}};
  Cache cache{registry, redis, {.budget = 20s}};

  for (int i = 0; i < 3; ++i) EXPECT_EQ(cache.get_or_compute("key", 60s, [i] { return i; }), i);

  EXPECT_EQ(misses(registry), 3);
}

TEST(Rubbish, ScanThatAnswersNonsenseEnds) {
  for (const std::string& answer : {"*2\r\n:5\r\n*0\r\n"s, "*2\r\n$1\r\nx\r\n*0\r\n"s, "*1\r\n$1\r\n0\r\n"s,
                                    "*2\r\n$1\r\n0\r\n$1\r\n0\r\n"s, "*2\r\n$1\r\n7\r\n*1\r\n:1\r\n"s}) {
    FakeRedis server{answer};
    Registry registry;
    RedisPool redis{registry, {.unix_socket = server.unix_socket(), .command_timeout = 20s, .connect_timeout = 20s}};
    Cache cache{registry, redis, {.budget = 20s}};

    const InvalidateResult result = cache.invalidate_pattern("*");

    EXPECT_FALSE(result.complete) << answer;
    EXPECT_EQ(test::errors(registry, "SCAN", "protocol"), 1) << answer;
  }
}

TEST(Rubbish, ScanThatNeverComesToAnEndIsCutOff) {
  FakeRedis server{"*2\r\n$1\r\n7\r\n*0\r\n"};
  Registry registry;
  RedisPool redis{registry, {.unix_socket = server.unix_socket(), .command_timeout = 20s, .connect_timeout = 20s}};
  Cache cache{registry, redis, {.budget = 20s}};

  const auto took = test::time_of([&] { EXPECT_FALSE(cache.invalidate_pattern("*", {.budget = 50ms}).complete); });

  EXPECT_LT(took, 5s);
}

// What Redis says it has removed is no number of keys.
TEST(RubbishReply, ImpossibleCountsOfKeysAreErrors) {
  for (const char* answer : {":-1\r\n", ":2\r\n"}) {
    FakeRedis server{answer};
    Registry registry;
    RedisPool redis{registry, {.unix_socket = server.unix_socket(), .command_timeout = 20s}};
    Cache cache{registry, redis, {.budget = 20s}};

    EXPECT_FALSE(cache.erase("key"));

    EXPECT_EQ(test::errors(registry, "UNLINK", "protocol"), 1) << answer;
    EXPECT_EQ(sample(registry, "cache_invalidated_keys_total{cache=\"get_or_compute\",method=\"key\"}"), 0);
  }
}

TEST(RubbishReply, ConnectionWithAReplyTooManyIsNotUsedAgain) {
  FakeRedis server{"+PONG\r\n", FakeRedis::Manner::Twice};
  Registry registry;
  RedisPool redis{registry, {.unix_socket = server.unix_socket(), .command_timeout = 20s, .connect_timeout = 20s}};
  EXPECT_TRUE(redis.ping());
  std::this_thread::sleep_for(500ms);

  EXPECT_TRUE(redis.ping());

  EXPECT_EQ(sample(registry, "redis_pool_created_total{pool=\"main\"}"), 2);
}

}  // namespace

}  // namespace vitals
