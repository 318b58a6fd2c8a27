#pragma once

#include <string>

#include <vitals/registry.hpp>

#include "redis/pool/failure.hpp"

namespace vitals::detail {

// The series of one pool, found once.
struct RedisPoolMetrics {
  RedisPoolMetrics(Registry& registry, const std::string& pool, double size);

  void create_failed(RedisFailure failure) { create_failures.with(pool, error_type(failure)).inc(); }

  std::string pool;
  Gauge& idle;
  Gauge& used;
  Gauge& connecting;
  Gauge& pending_requests;
  Histogram& wait;
  Histogram& use;
  Histogram& create;
  Counter& waited_acquires;
  Counter& timeouts;
  Counter& created;
  Counter& closed_broken;
  Gauge& breaker;
  Family<Counter, 2>& create_failures;
};

// From 10 us, the round trip of a local Redis, to 1 s.
const Buckets& redis_buckets();

}  // namespace vitals::detail
