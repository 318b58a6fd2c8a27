#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include <vitals/counter.hpp>
#include <vitals/histogram.hpp>

#include "redis/pool/failure.hpp"

namespace vitals {
class Registry;
template <class Metric, std::size_t N>
class Family;
}  // namespace vitals

namespace vitals::detail {

/// The commands that a cache sends.
enum class CacheCommand { Get, Set, Unlink, Del, Scan };

std::string_view command_name(CacheCommand command) noexcept;

/// The families of all caches of a registry, with the series that do not depend on the function.
class CacheMetrics {
 public:
  explicit CacheMetrics(Registry& registry);

  void operation(CacheCommand command, std::chrono::nanoseconds elapsed) noexcept {
    operations_[static_cast<std::size_t>(command)]->observe(elapsed);
  }
  void error(CacheCommand command, RedisFailure failure) noexcept;

  Counter& hits;
  Counter& misses;
  Family<Counter, 3>& requests;
  Family<Histogram, 2>& loads;
  Family<Counter, 1>& deduplicated;
  Family<Counter, 2>& puts;
  Family<Counter, 2>& invalidated;

 private:
  std::array<Histogram*, 5> operations_;
  Family<Counter, 3>& errors_;
};

/// The series of one cached function, found once.
struct SiteMetrics {
  SiteMetrics(CacheMetrics& all, std::string_view cache);

  Counter& hit;
  Counter& miss;
  Counter& error;
  Counter& bypass;
  Histogram& load_success;
  Histogram& load_error;
  Counter& deduplicated;
  Counter& put_stored;
  Counter& put_failed;
  Counter& put_stale;
  Counter& put_too_large;
  Counter& invalidated_by_key;
  Counter& invalidated_by_pattern;
};

}  // namespace vitals::detail
