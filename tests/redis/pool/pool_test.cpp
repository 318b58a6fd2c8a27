#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <sys/wait.h>

#include "redis/redis_test.hpp"

namespace vitals {

namespace {

using test::Probe;
using test::RedisServer;
using test::sample;
using namespace std::chrono_literals;

using PoolTest = test::WithRedis;

std::string ask(const RedisLease& lease, const char* command) {
  const std::unique_ptr<void, void (*)(void*)> reply{redisCommand(lease.context(), command), freeReplyObject};
  const auto* const got = static_cast<redisReply*>(reply.get());
  if (got == nullptr) return "(broken)";
  return got->type == REDIS_REPLY_INTEGER ? std::to_string(got->integer) : std::string{got->str, got->len};
}

TEST_F(PoolTest, LeaseRunsCommandsOfOnesOwnAndIsReused) {
  RedisPool redis{registry, patient()};

  const std::string first = ask(redis.acquire(), "CLIENT ID");
  const std::string second = ask(redis.acquire(), "CLIENT ID");

  EXPECT_EQ(first, second);
  EXPECT_EQ(sample(registry, R"(redis_pool_created_total{pool="main"})"), 1);
  EXPECT_EQ(sample(registry, R"(redis_pool_connections{pool="main",state="idle"})"), 1);
  EXPECT_EQ(sample(registry, R"(redis_pool_wait_seconds_count{pool="main"})"), 2);
}

TEST_F(PoolTest, FullPoolMakesCallersWaitAndThenGoWithout) {
  RedisPool redis{registry, {.unix_socket = server->unix_socket(), .lease_wait = 5ms, .size = 2}};
  Cache cache{registry, redis, test::patiently()};
  RedisLease first = redis.acquire();
  const RedisLease second = redis.acquire();
  ASSERT_TRUE(first && second);

  EXPECT_FALSE(redis.acquire());
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);

  EXPECT_EQ(test::outcomes(registry, "get_or_compute", "bypass"), 1);
  EXPECT_EQ(test::misses(registry), 0);
  EXPECT_EQ(sample(registry, R"(redis_pool_timeouts_total{pool="main"})"), 2);
  EXPECT_EQ(sample(registry, R"(redis_pool_connections{pool="main",state="used"})"), 2);

  first = RedisLease{};
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 2);
  EXPECT_EQ(test::misses(registry), 1);
}

TEST_F(PoolTest, WaitingCallerGetsTheConnectionThatIsGivenBack) {
  RedisPool redis{registry, {.unix_socket = server->unix_socket(), .lease_wait = 30s, .size = 1}};
  RedisLease held = redis.acquire();

  std::thread waiter{[&] { EXPECT_TRUE(redis.acquire()); }};
  EXPECT_TRUE(test::eventually([&] { return sample(registry, R"(redis_pool_pending_requests{pool="main"})") == 1; }));
  held = RedisLease{};
  waiter.join();

  EXPECT_EQ(sample(registry, R"(redis_pool_waited_acquires_total{pool="main"})"), 1);
  EXPECT_EQ(sample(registry, R"(redis_pool_timeouts_total{pool="main"})"), 0);
}

TEST_F(PoolTest, ConnectionWithALeftoverIsNotUsedAgain) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  {
    const RedisLease unsent = redis.acquire();
    redisAppendCommand(unsent.context(), "PING");
  }
  {
    const RedisLease unread = redis.acquire();
    int done = 0;
    redisAppendCommand(unread.context(), "PING");
    while (done == 0) ASSERT_EQ(redisBufferWrite(unread.context(), &done), REDIS_OK);
    redisAppendCommand(unread.context(), "PING");
  }
  {
    const RedisLease broken = redis.acquire();
    ask(broken, "QUIT");
    void* reply = nullptr;
    EXPECT_EQ(redisGetReply(broken.context(), &reply), REDIS_ERR);  // the end; no write, which could raise SIGPIPE
  }

  EXPECT_EQ(sample(registry, R"(redis_pool_closed_total{pool="main",reason="broken"})"), 3);
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);
  EXPECT_EQ(test::misses(registry), 1);
}

TEST_F(PoolTest, PasswordUserAndDatabaseAreSentOnEveryConnection) {
  RedisServer closed{{"--requirepass", "secret", "--user", "clinic", "on", ">word", "~*", "+@all"}};
  RedisOptions right{.unix_socket = closed.unix_socket(), .password = "secret", .db = 3};
  RedisPool by_password{registry, right};
  right.username = "clinic";
  right.password = "word";
  right.name = "by_user";
  RedisPool by_user{registry, right};
  for (int round = 0; round < 2; ++round) {
    for (RedisPool* redis : {&by_password, &by_user}) {
      ASSERT_TRUE(test::eventually([&] { return redis->ping(); }));
      EXPECT_NE(ask(redis->acquire(), "CLIENT INFO").find(" db=3 "), std::string::npos);
    }
    closed.restart();
  }
}

TEST_F(PoolTest, WrongPasswordIsAnErrorOfItsOwn) {
  RedisServer closed{{"--requirepass", "secret"}};
  for (const char* password : {"", "wrong"}) {
    Registry of_password;
    RedisPool redis{of_password, {.unix_socket = closed.unix_socket(), .password = password}};
    Cache cache{of_password, redis};

    EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 1; }), 1);

    EXPECT_EQ(test::errors(of_password, "GET", "auth"), 1) << password;
    EXPECT_EQ(test::misses(of_password), 0);
  }
}

// In a child made by fork(); its exit status, or -1.
int status_of_child(const std::function<bool()>& succeeds) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(succeeds() ? 0 : 1);
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(PoolTest, ForkedChildHasConnectionsOfItsOwn) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  cache.get_or_compute("key", 60s, [] { return 1; });
  const std::string before = ask(redis.acquire(), "CLIENT ID");

  EXPECT_EQ(status_of_child([&] {
              const bool cached = cache.get_or_compute("key", 60s, [] { return 2; }) == 1;
              return cached && ask(redis.acquire(), "CLIENT ID") != before;
            }),
            0);

  EXPECT_EQ(ask(redis.acquire(), "CLIENT ID"), before);
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 1);
}

TEST_F(PoolTest, ForkDuringALoadLeavesTheChildFree) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  std::atomic<bool> loading{false};
  std::atomic<bool> forked{false};
  std::thread loader{[&] {
    cache.get_or_compute("key", 60s, [&] {
      loading = true;
      while (!forked) std::this_thread::yield();
      return 1;
    });
  }};
  while (!loading) std::this_thread::yield();

  // The thread that loads does not exist in the child, which must not wait for it.
  const auto took = test::time_of(
      [&] { EXPECT_EQ(status_of_child([&] { return cache.get_or_compute("key", 60s, [] { return 2; }) == 2; }), 0); });
  forked = true;
  loader.join();

  EXPECT_LT(took, 4s);  // flight_wait is 5 s
}

TEST_F(PoolTest, ForkInsideALoadIsSafeInBothProcesses) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  pid_t child = -1;

  const int value = cache.get_or_compute("key", 60s, [&child] {
    child = ::fork();
    return 1;
  });
  if (child == 0) ::_exit(value == 1 && cache.get_or_compute("other", 60s, [] { return 3; }) == 3 ? 0 : 1);
  int status = -1;
  ::waitpid(child, &status, 0);

  EXPECT_EQ(status, 0);
  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 1);
}

// AddressSanitizer of g++ 12 leaves its own locks held in a child: here those of the stacks that it keeps for
// allocations.
#ifndef __SANITIZE_ADDRESS__
TEST_F(PoolTest, ForkLeavesTheChildFreeOfWhatOtherThreadsDoToTheCache) {
  RedisPool redis{registry, {.unix_socket = "/no/such/socket"}};
  Cache cache{registry, redis};
  (void)cache.invalidate_pattern("function:*");  // from here on, no series is new: that is the registry's affair
  std::jthread other{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      (void)cache.cached("function", [] { return 1; });
      (void)cache.invalidate_pattern("function:*");
    }
  }};

  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(status_of_child([&] {
                ::alarm(10);
                (void)cache.invalidate_pattern("function:*");
                return true;
              }),
              0);
  }
}
#endif

// Connections can't be made, but one that was lent meanwhile comes back and works.
TEST_F(PoolTest, BreakerClosesByAnIdleConnectionToo) {
  RedisPool redis{registry, {.unix_socket = server->unix_socket(), .retry_max = 50ms}};
  const auto state = [&] { return sample(registry, "cache_breaker_state{cache_type=\"redis\",pool=\"main\"}"); };
  RedisLease lease = redis.acquire();
  ASSERT_TRUE(lease);
  const std::string away = server->unix_socket() + ".away";
  ASSERT_EQ(::rename(server->unix_socket().c_str(), away.c_str()), 0);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(redis.acquire());
  EXPECT_EQ(state(), 1);
  lease = {};

  EXPECT_TRUE(test::eventually([&] { return bool{redis.acquire()}; }));

  EXPECT_EQ(state(), 0);
  EXPECT_EQ(::rename(away.c_str(), server->unix_socket().c_str()), 0);
}

TEST_F(PoolTest, EndlessLimitsAreLongOnes) {
  constexpr auto kEndless = std::chrono::milliseconds::max();
  RedisPool redis{registry,
                  {.unix_socket = server->unix_socket(),
                   .command_timeout = kEndless,
                   .connect_timeout = kEndless,
                   .lease_wait = kEndless,
                   .retry_max = kEndless}};
  Cache cache{registry, redis, {.budget = kEndless, .flight_wait = kEndless}};

  EXPECT_TRUE(redis.ping());
  EXPECT_EQ(cache.get_or_compute("endless", 60s, [] { return 1; }), 1);
  EXPECT_EQ(cache.get_or_compute("endless", 60s, [] { return 2; }), 1);
  EXPECT_TRUE(cache.invalidate_pattern("endless*", {.budget = kEndless}).complete);
}

}  // namespace

}  // namespace vitals
