#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include <vitals/redis/cache.hpp>

#include "redis/cache_metrics.hpp"
#include "redis/flights.hpp"
#include "redis/fork_local.hpp"
#include "redis/pool_core.hpp"

namespace vitals::detail {

// One cached function, or all of get_or_compute().
struct CacheSite {
  CacheCore& core;
  std::string stem;  // of its keys
  SiteMetrics metrics;
};

// Behind Cache: its options, its functions by name, and its commands.
class CacheCore {
 public:
  CacheCore(Registry& registry, RedisPoolCore& pool, CacheOptions options);
  CacheCore(const CacheCore&) = delete;
  CacheCore& operator=(const CacheCore&) = delete;

  CacheSite& site(std::string_view name);
  CacheSite& plain() noexcept { return plain_; }

  // Runs a command, and counts its time and its failure.
  RedisResult run(CacheCommand command, RedisConnection::Command words, std::chrono::nanoseconds budget) noexcept;
  // UNLINK, or DEL where there is no UNLINK. words[0] is set by this.
  RedisResult remove(std::span<std::string_view> words, std::chrono::nanoseconds budget) noexcept;

  void count_lookup(bool hit) noexcept { (hit ? metrics_.hits : metrics_.misses).inc(); }
  void count_error(CacheCommand command, RedisFailure failure) noexcept { metrics_.error(command, failure); }

  bool erase(CacheSite& site, const std::string& key) noexcept;
  InvalidateResult invalidate_pattern(std::string_view pattern, const InvalidateOptions& options);

  // Throws std::bad_alloc, in a forked child's first call.
  Flights& flights() { return flights_.get(); }
  const CacheOptions& options() const noexcept { return options_; }

 private:
  struct Scan;

  bool remove_batch(Scan& scan, std::span<const std::string_view> keys, InvalidateResult& result);
  CacheSite& site_of(std::string_view pattern);

  RedisPoolCore& pool_;
  const CacheOptions options_;
  const std::string stem_;  // of all keys
  CacheMetrics metrics_;
  ForkLocal<Flights> flights_;
  CacheSite plain_;
  CacheSite patterns_;  // of invalidations that are not of one function
  std::mutex mutex_;
  std::map<std::string, CacheSite, std::less<>> sites_;  // guarded by mutex_; sites never move
};

}  // namespace vitals::detail
