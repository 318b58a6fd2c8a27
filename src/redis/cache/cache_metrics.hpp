#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
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

/// One series of a histogram, made when it is first observed. Thread-safe.
class LateHistogram {
 public:
  LateHistogram(Family<Histogram, 2>& family, std::string_view first, std::string_view second)
      : family_{family}, first_{first}, second_{second} {}

  void observe(std::chrono::nanoseconds elapsed) noexcept {
    Histogram* const series = series_.load(std::memory_order_acquire);
    series != nullptr ? series->observe(elapsed) : observe_first(elapsed);
  }

 private:
  void observe_first(std::chrono::nanoseconds elapsed) noexcept;

  Family<Histogram, 2>& family_;
  const std::string first_;
  const std::string second_;
  // Release and acquire: the histogram is complete when it is seen. Threads that race get the same one from the family.
  std::atomic<Histogram*> series_{nullptr};
};

/// The families of all caches of a registry, with the series that do not depend on the function.
class CacheMetrics {
 public:
  explicit CacheMetrics(Registry& registry);

  void operation(CacheCommand command, std::chrono::nanoseconds elapsed) noexcept {
    operations_[static_cast<std::size_t>(command)].observe(elapsed);
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
  std::array<LateHistogram, 5> operations_;
  Family<Counter, 3>& errors_;
};

/// The series of one cached function, found once.
struct SiteMetrics {
  SiteMetrics(CacheMetrics& all, std::string_view cache);

  Counter& hit;
  Counter& miss;
  Counter& error;
  Counter& bypass;
  LateHistogram load_success;
  LateHistogram load_error;
  Counter& deduplicated;
  Counter& put_stored;
  Counter& put_failed;
  Counter& put_stale;
  Counter& put_too_large;
  Counter& invalidated_by_key;
  Counter& invalidated_by_pattern;
};

}  // namespace vitals::detail
