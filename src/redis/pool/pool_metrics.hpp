#pragma once

#include <cstddef>
#include <string>

#include <vitals/counter.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>

#include "redis/pool/failure.hpp"

namespace vitals {
class Buckets;
class Registry;
template <class Metric, std::size_t N>
class Family;
}  // namespace vitals

namespace vitals::detail {

/// The series of one pool, found once.
class RedisPoolMetrics {
 public:
  RedisPoolMetrics(Registry& registry, const std::string& pool, double size);

  void create_failed(RedisFailure failure);

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

 private:
  Family<Counter, 2>& create_failures_;
  const std::string pool_;
};

}  // namespace vitals::detail
