#include "redis/pool/pool_metrics.hpp"

#include <vitals/buckets.hpp>
#include <vitals/family.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

namespace {

Gauge& connections(Registry& registry, const std::string& pool, const char* state) {
  return registry.gauge("redis_pool_connections", "Connections of the Redis pool, by state.", {"pool", "state"})
      .with(pool, state);
}

Counter& closed(Registry& registry, const std::string& pool, const char* reason) {
  return registry.counter("redis_pool_closed_total", "Connections closed, by reason.", {"pool", "reason"})
      .with(pool, reason);
}

Gauge& gauge(Registry& registry, const char* name, const char* help, const std::string& pool) {
  return registry.gauge(name, help, {"pool"}).with(pool);
}

Counter& counter(Registry& registry, const char* name, const char* help, const std::string& pool) {
  return registry.counter(name, help, {"pool"}).with(pool);
}

// What a pool's times tell is their magnitude, and their average tells the rest.
Histogram& histogram(Registry& registry, const char* name, const char* help, const std::string& pool) {
  static const Buckets buckets{.0001, .001, .01, .1, 1};
  return registry.histogram(name, help, {"pool"}, buckets).with(pool);
}

}  // namespace

RedisPoolMetrics::RedisPoolMetrics(Registry& registry, const std::string& name, double size)
    : idle{connections(registry, name, "idle")},
      used{connections(registry, name, "used")},
      connecting{connections(registry, name, "connecting")},
      pending_requests{
          gauge(registry, "redis_pool_pending_requests", "Callers waiting for a connection to become free.", name)},
      wait{histogram(registry, "redis_pool_wait_seconds", "Time that callers waited for a free connection.", name)},
      use{histogram(registry, "redis_pool_use_seconds", "Time that a connection was in use, per lease.", name)},
      create{
          histogram(registry, "redis_pool_create_seconds", "Time to make a connection, with AUTH and SELECT.", name)},
      waited_acquires{
          counter(registry, "redis_pool_waited_acquires_total", "Leases that found no connection free.", name)},
      timeouts{counter(registry, "redis_pool_timeouts_total", "Leases given up for want of a free connection.", name)},
      created{counter(registry, "redis_pool_created_total", "Connections made.", name)},
      closed_broken{closed(registry, name, "broken")},
      breaker{registry
                  .gauge("cache_breaker_state", "Circuit breaker of the pool: 0 closed, 1 open, 2 trying.",
                         {"cache_type", "pool"})
                  .with("redis", name)},
      create_failures_{registry.counter("redis_pool_create_failures_total", "Connections that could not be made.",
                                        {"pool", "error_type"})},
      pool_{name} {
  gauge(registry, "redis_pool_max_connections", "The most connections that the pool makes.", name).set(size);
}

void RedisPoolMetrics::create_failed(RedisFailure failure) { create_failures_.with(pool_, error_type(failure)).inc(); }

}  // namespace vitals::detail
