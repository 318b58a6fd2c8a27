#include "postgres/pool_metrics.hpp"

#include <vitals/buckets.hpp>

namespace vitals::detail {

namespace {

// What a pool's times tell is their magnitude, and its average tells the rest. A borrowed connection may stay away for
// as long as a job runs.
const Buckets& use_buckets() {
  static const Buckets buckets{.001, .01, .1, 1, 10, 100, 1000};
  return buckets;
}

const Buckets& wait_buckets() {
  static const Buckets buckets{.001, .01, .1, 1, 10};
  return buckets;
}

}  // namespace

PgPoolMetrics::PgPoolMetrics(Registry& registry, std::string_view name)
    : pool{name},
      active{registry.gauge("db_pool_connections_active", "Connections in use or being made.", {"pool"}).with(name)},
      idle{registry.gauge("db_pool_connections_idle", "Connections that wait to be used.", {"pool"}).with(name)},
      max{registry.gauge("db_pool_connections_max", "Connections that the pool may have.", {"pool"}).with(name)},
      waiters{registry.gauge("db_pool_waiters", "Threads that wait for a connection.", {"pool"}).with(name)},
      timeouts{
          registry.counter("db_pool_acquire_timeouts_total", "Waits for a connection that were given up.", {"pool"})
              .with(name)},
      waited{registry.counter("db_pool_waited_acquires_total", "Acquires that found all connections in use.", {"pool"})
                 .with(name)},
      wait{registry
               .histogram("db_pool_wait_seconds", "Wait of each acquire, without the time to connect.", {"pool"},
                          wait_buckets())
               .with(name)},
      use{registry
              .histogram("db_pool_use_seconds", "Time for which a connection was borrowed.", {"pool"}, use_buckets())
              .with(name)},
      create{registry
                 .histogram("db_pool_create_seconds", "Time to connect, of connections that were made.", {"pool"},
                            wait_buckets())
                 .with(name)},
      create_failures{registry.counter("db_pool_create_failures_total", "Connections that could not be made.",
                                       {"pool", "error_type"})},
      closes{registry.counter("db_pool_closed_total", "Connections that the pool closed.", {"pool", "reason"})} {
  for (const char* reason : {"idle", "lifetime", "broken", "reset_failed", "shutdown"}) closes.with(name, reason);
}

void PgPoolMetrics::closed(std::string_view reason) noexcept { closes.with(pool, reason).inc(); }

void PgPoolMetrics::create_failed(std::string_view error_type) noexcept {
  try {
    create_failures.with(pool, error_type).inc();
  } catch (...) {  // no memory for a new series
  }
}

}  // namespace vitals::detail
