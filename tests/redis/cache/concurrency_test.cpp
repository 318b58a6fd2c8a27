#include <atomic>
#include <barrier>
#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "redis/delaying_proxy.hpp"
#include "redis/redis_test.hpp"

namespace vitals {

namespace {

using test::hits;
using test::misses;
using test::Probe;
using test::sample;
using namespace std::chrono_literals;

class ConcurrencyTest : public test::WithRedis {
 protected:
  static constexpr int kThreads = 8;

  static void in_threads(const std::function<void(int)>& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(ConcurrencyTest, OneMissIsOneCallHoweverManyAsk) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.budget = 30s, .flight_wait = 60s}};
  constexpr int kKeys = 200;
  std::atomic<int> calls{0};
  auto f = cache.cached("f", [&calls](int n) {
    ++calls;
    return n;
  });
  std::barrier start{kThreads};

  in_threads([&](int) {
    for (int key = 0; key < kKeys; ++key) {
      start.arrive_and_wait();
      EXPECT_EQ(f(key), key);
    }
  });

  EXPECT_EQ(calls, kKeys);
  EXPECT_EQ(hits(registry) + misses(registry), kKeys * kThreads);
  EXPECT_EQ(misses(registry) - kKeys, sample(registry, R"(cache_loads_deduplicated_total{cache="f"})"));
}

TEST_F(ConcurrencyTest, OneLoadServesAllDuringAnOutageToo) {
  RedisPool redis{registry, options()};
  Cache cache{registry, redis};
  server->kill();
  std::atomic<int> calls{0};
  std::atomic<int> waiting{0};

  in_threads([&](int) {
    ++waiting;
    const int value = cache.get_or_compute("key", 60s, [&] {
      ++calls;
      // Time for the others to get here; should they be late, they load for themselves and the test learns less.
      while (waiting < kThreads) std::this_thread::yield();
      std::this_thread::sleep_for(100ms);
      return 1;
    });
    EXPECT_EQ(value, 1);
  });

  EXPECT_EQ(calls + sample(registry, R"(cache_loads_deduplicated_total{cache="get_or_compute"})").value_or(0),
            kThreads);
  EXPECT_EQ(misses(registry), 0);
}

TEST_F(ConcurrencyTest, RecursionComputesDirectly) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, test::patiently()};
  int depth = 0;
  std::function<int()> load = [&]() -> int {
    if (++depth == 3) return depth;
    return cache.get_or_compute("key", 60s, load);
  };

  EXPECT_EQ(cache.get_or_compute("key", 60s, load), 3);
}

TEST_F(ConcurrencyTest, CallerWhoWaitedLongEnoughComputes) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.budget = 30s, .flight_wait = 10ms}};
  std::promise<void> release;
  std::promise<void> loading;
  auto slow = std::async(std::launch::async, [&] {
    return cache.get_or_compute("key", 60s, [&] {
      loading.set_value();
      release.get_future().wait();
      return 1;
    });
  });
  loading.get_future().wait();

  EXPECT_EQ(cache.get_or_compute("key", 60s, [] { return 2; }), 2);

  release.set_value();
  EXPECT_EQ(slow.get(), 1);
}

TEST_F(ConcurrencyTest, LoadThatBeganBeforeAnInvalidationIsNotKept) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.prefix = "p", .budget = 30s}};
  std::atomic<int> truth{1};
  std::function<void()> meanwhile;
  auto f = cache.cached("f", [&](int) {
    const int read = truth;
    meanwhile();
    return read;
  });
  const std::function<void()> invalidations[] = {[&] { f.erase(7); }, [&] { cache.invalidate_pattern("f:*"); },
                                                 [&] { cache.invalidate_pattern("*"); }};
  int value = 1;
  for (const auto& invalidate : invalidations) {
    meanwhile = [&] {
      truth = ++value;  // the row changes, and whoever changed it tells the cache
      std::thread{invalidate}.join();
    };
    const int loaded_before = f(7);
    EXPECT_EQ(loaded_before, value - 1);
    meanwhile = [] {};

    EXPECT_EQ(f(7), value);
    EXPECT_EQ(f(7), value);
    f.erase(7);
  }
  EXPECT_EQ(sample(registry, R"(cache_puts_total{cache="f",result="stale"})"), 3);
}

TEST_F(ConcurrencyTest, SetThatOvertakesTheInvalidationIsTakenBack) {
  RedisPool redis{registry, patient()};
  Cache cache{registry, redis, {.budget = 30s}};
  for (int round = 0; round < 10; ++round) {
    const std::string key = "key" + std::to_string(round);
    std::promise<void> paused;
    auto loader = std::async(std::launch::async, [&] {
      return cache.get_or_compute(key, 60s, [&] {
        server->pause();
        paused.set_value();
        return 1;
      });
    });
    paused.get_future().wait();
    std::this_thread::sleep_for(10ms);  // as a rule the SET is now in the socket of the server that hangs
    auto eraser = std::async(std::launch::async, [&] { return cache.erase(key); });
    std::this_thread::sleep_for(10ms);  // and the UNLINK behind it
    server->resume();

    EXPECT_EQ(loader.get(), 1);
    EXPECT_TRUE(eraser.get());
    // Whichever of the two Redis carried out first.
    EXPECT_EQ(Probe{*server}({"EXISTS", ":" + key}), "0");
  }
  EXPECT_GT(sample(registry, R"(cache_puts_total{cache="get_or_compute",result="stale"})"), 0);
}

// A call that begins after an invalidation has returned never gets what was there before, however long a SET is on its
// way: answered in time, or given up and carried out all the same, before the invalidation or after it.
TEST_F(ConcurrencyTest, NobodyGetsAnOldValueWhileItsSetIsOnTheWire) {
  struct Case {
    std::chrono::milliseconds delay;
    std::chrono::milliseconds timeout;  // of commands
    std::chrono::milliseconds until_erase;
  };
  for (const auto& [delay, timeout, until_erase] :
       {Case{60ms, 30s, 20ms}, Case{150ms, 50ms, 20ms}, Case{150ms, 50ms, 100ms}}) {
    test::DelayingProxy proxy{server->unix_socket(), delay};
    Registry of_case;
    RedisPool redis{of_case,
                    {.unix_socket = proxy.unix_socket(),
                     .command_timeout = timeout,
                     .connect_timeout = 30s,
                     .lease_wait = 30s,
                     .failures_to_open = 1'000'000}};
    Cache cache{of_case, redis, test::patiently("wire")};
    std::atomic<int> row{1};
    auto f = cache.cached("row", [&row](int) { return row.load(); });
    const std::function<bool(int)> invalidations[] = {[&](int key) { return f.erase(key); },
                                                      [&](int) { return cache.invalidate_pattern("row:*").complete; },
                                                      [&](int) { return cache.invalidate_pattern("*").complete; }};
    for (int round = 0; round < 6; ++round) {
      row = 1;
      std::thread loader{[&] { f(round); }};
      std::this_thread::sleep_for(until_erase);
      row = 2;
      ASSERT_TRUE(test::eventually([&] { return invalidations[round % 3](round); }));
      for (const auto end = test::Clock::now() + 2 * delay + 100ms; test::Clock::now() < end;
           std::this_thread::sleep_for(5ms)) {
        EXPECT_EQ(f(round), 2) << "delay " << delay.count() << " ms, round " << round;
      }
      loader.join();
      EXPECT_EQ(f(round), 2);
    }
    EXPECT_GT(hits(of_case), 0);
  }
}

// Nor from a load that began after the invalidation had, and found the old value before that was removed.
TEST_F(ConcurrencyTest, NobodySharesAnOldValueThatALateLoadFound) {
  class Event {
   public:
    void set() { happened_ = true; }
    void wait() const {
      EXPECT_TRUE(test::eventually([this] { return happened_.load(); }));
    }

   private:
    std::atomic<bool> happened_{false};
  };
  for (const bool by_pattern : {false, true}) {
    std::atomic<int> gets{0};
    Event removing;
    Event old_found;
    Event asked_again;
    const auto before = [&](std::string_view request) {
      if (!test::DelayingProxy::is(request, "UNLINK")) return;
      removing.set();
      old_found.wait();
    };
    const auto after = [&](std::string_view request) {
      if (!test::DelayingProxy::is(request, "GET")) return;
      switch (++gets) {
        case 2:  // the late load's first: nothing there
          return removing.wait();
        case 3:  // its second: the old value
          old_found.set();
          asked_again.wait();
          return std::this_thread::sleep_for(100ms);  // as a rule the last call waits for the late load now
        case 4:
          return asked_again.set();
        default:
          return;
      }
    };
    test::DelayingProxy proxy{server->unix_socket(), before, after};
    Registry of_case;
    RedisPool redis{
        of_case,
        {.unix_socket = proxy.unix_socket(), .command_timeout = 60s, .connect_timeout = 30s, .lease_wait = 30s}};
    Cache cache{of_case, redis, {.prefix = by_pattern ? "pattern" : "key", .budget = 60s, .flight_wait = 60s}};
    std::atomic<int> row{1};
    Event may_load;
    auto f = cache.cached("row", [&](int) {
      const int found = row;
      may_load.wait();
      return found;
    });
    std::thread first{[&] { EXPECT_EQ(f(7), 1); }};
    EXPECT_TRUE(test::eventually([&] { return gets == 1; }));
    std::thread late{[&] { f(7); }};
    EXPECT_TRUE(test::eventually([&] { return gets == 2; }));
    may_load.set();
    first.join();
    row = 2;
    EXPECT_TRUE(by_pattern ? cache.invalidate_pattern("row:*", {.budget = 60s}).complete : f.erase(7));
    EXPECT_EQ(f(7), 2) << (by_pattern ? "by pattern" : "by key");
    late.join();
    EXPECT_EQ(f(7), 2);
  }
}

TEST_F(ConcurrencyTest, KilledRedisComesBackUnderLoad) {
  RedisPool redis{registry, {.unix_socket = server->unix_socket(), .retry_max = 100ms}};
  Cache cache{registry, redis, {.prefix = "p"}};
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  auto f = cache.cached("f", [](int n) { return std::to_string(n); });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int n = i; !stop; ++n) {
        if (f(n % 50) != std::to_string(n % 50)) ++wrong;
        if (n % 97 == 0) f.erase(n % 50);
        if (n % 1009 == 0) cache.invalidate_pattern("f:*");
      }
    });
  }

  for (int outage = 0; outage < 3; ++outage) {
    const double before = hits(registry);
    EXPECT_TRUE(test::eventually([&] { return hits(registry) > before + 200; })) << "outage " << outage;
    outage == 1 ? server->pause() : server->kill();
    const double bypassed = test::outcomes(registry, "f", "bypass");
    EXPECT_TRUE(test::eventually([&] { return test::outcomes(registry, "f", "bypass") > bypassed + 200; }));
    outage == 1 ? server->resume() : server->restart();
  }
  const double before = hits(registry);
  EXPECT_TRUE(test::eventually([&] { return hits(registry) > before + 200; }));
  stop = true;
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(sample(registry, R"(redis_pool_connections{pool="main",state="used"})"), 0);
  EXPECT_EQ(sample(registry, R"(redis_pool_connections{pool="main",state="connecting"})"), 0);
}

}  // namespace

}  // namespace vitals
