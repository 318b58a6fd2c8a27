#include <chrono>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>
#include <hiredis/hiredis.h>

#include <vitals/redis.hpp>
#include <vitals/vitals.hpp>

#include "support/redis_server.hpp"

namespace {

using namespace std::chrono_literals;

// One value of 1 KiB in a private Redis, reached by its Unix socket: the shortest round trip that there is.
struct Redis {
  vitals::test::RedisServer server;
  const std::string value = std::string(1024, 'x');
};

struct Vitals : Redis {
  vitals::Registry registry;
  vitals::RedisPool pool{registry, {.unix_socket = server.unix_socket()}};
  vitals::Cache cache{registry, pool, {.prefix = "bench"}};
  bool hit() {
    return cache.get_or_compute("key", 1h, [this] { return value; }).size() == value.size();
  }
};

struct Bare : Redis {
  const std::unique_ptr<redisContext, void (*)(redisContext*)> context{redisConnectUnix(server.unix_socket().c_str()),
                                                                       redisFree};
  using Reply = std::unique_ptr<void, void (*)(void*)>;
  Bare() {
    const Reply reply{redisCommand(context.get(), "SET bench:key %b", value.data(), value.size()), freeReplyObject};
  }
  bool hit() {
    const Reply reply{redisCommand(context.get(), "GET bench:key"), freeReplyObject};
    const auto* const got = static_cast<const redisReply*>(reply.get());
    return got != nullptr && std::string(got->str, got->len).size() == value.size();
  }
};

template <class Subject>
void redis_hit(benchmark::State& state) {
  if (!vitals::test::RedisServer::installed()) return state.SkipWithError("redis-server is not installed");
  Subject subject;
  if (!subject.hit()) return state.SkipWithError("Redis does not answer");
  for (auto _ : state) {
    if (!subject.hit()) return state.SkipWithError("Redis does not answer");
  }
}

BENCHMARK_TEMPLATE(redis_hit, Vitals)->UseRealTime();
BENCHMARK_TEMPLATE(redis_hit, Bare)->UseRealTime();

}  // namespace
