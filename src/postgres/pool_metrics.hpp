#pragma once

#include <string>
#include <string_view>

#include <vitals/counter.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

/// The metrics of one pool.
// Gauges are raised and lowered, not set, so that the numbers of two pools of one name add up.
struct PgPoolMetrics {
  PgPoolMetrics(Registry& registry, std::string_view pool);

  void closed(std::string_view reason) noexcept;
  void create_failed(std::string_view error_type) noexcept;

  std::string pool;
  Gauge& active;
  Gauge& idle;
  Gauge& max;
  Gauge& waiters;
  Counter& timeouts;
  Counter& waited;
  Histogram& wait;
  Histogram& use;
  Histogram& create;
  Family<Counter, 2>& create_failures;
  Family<Counter, 2>& closes;
};

}  // namespace vitals::detail
