#include "redis/cache/cache_metrics.hpp"

#include <vitals/buckets.hpp>
#include <vitals/family.hpp>
#include <vitals/registry.hpp>

#include "redis/pool/pool_metrics.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kRedis = "redis";

Family<Counter, 2>& lookups(Registry& registry) {
  return registry.counter("cache_hits_total", "Cache look-ups that Redis answered, by whether it had the value.",
                          {"cache_type", "hit"});
}

// What is worth to be cached may take microseconds or seconds; each cached function has these buckets.
const Buckets& load_buckets() {
  static const Buckets buckets{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5};
  return buckets;
}

// From a fraction of a local Redis's round trip to 1 s.
const Buckets& operation_buckets() {
  static const Buckets buckets{.0001, .00025, .0005, .001, .005, .01, .05, .1, 1};
  return buckets;
}

LateHistogram operation_series(Registry& registry, CacheCommand command) {
  return {registry.histogram("cache_operation_duration_seconds",
                             "Time per command to the cache, with the wait for a connection.",
                             {"cache_type", "command"}, operation_buckets()),
          kRedis, command_name(command)};
}

}  // namespace

std::string_view command_name(CacheCommand command) noexcept {
  static constexpr std::string_view kNames[] = {"GET", "SET", "UNLINK", "DEL", "SCAN"};
  return kNames[static_cast<std::size_t>(command)];
}

void LateHistogram::observe_first(std::chrono::nanoseconds elapsed) noexcept {
  try {
    Histogram& series = family_.with(first_, second_);
    series_.store(&series, std::memory_order_release);
    series.observe(elapsed);
  } catch (...) {
    // No memory for the series.
  }
}

CacheMetrics::CacheMetrics(Registry& registry)
    : hits{lookups(registry).with(kRedis, true)},
      misses{lookups(registry).with(kRedis, false)},
      requests{registry.counter("cache_requests_total", "Calls of cached functions, by what the cache had to say.",
                                {"cache_type", "cache", "outcome"})},
      loads{registry.histogram("cache_load_duration_seconds", "Time of the cached function itself.",
                               {"cache", "result"}, load_buckets())},
      deduplicated{registry.counter("cache_loads_deduplicated_total",
                                    "Calls that took the result of another caller's load.", {"cache"})},
      puts{registry.counter("cache_puts_total", "Values offered to the cache, by what became of them.",
                            {"cache", "result"})},
      invalidated{
          registry.counter("cache_invalidated_keys_total", "Keys taken out of the cache.", {"cache", "method"})},
      operations_{{operation_series(registry, CacheCommand::Get), operation_series(registry, CacheCommand::Set),
                   operation_series(registry, CacheCommand::Unlink), operation_series(registry, CacheCommand::Del),
                   operation_series(registry, CacheCommand::Scan)}},
      errors_{registry.counter("cache_errors_total", "Cache commands that failed; none of them is a miss.",
                               {"cache_type", "command", "error_type"})} {}

void CacheMetrics::error(CacheCommand command, RedisFailure failure) noexcept {
  try {
    errors_.with(kRedis, command_name(command), error_type(failure)).inc();
  } catch (...) {
    // A new series, and no memory for it.
  }
}

SiteMetrics::SiteMetrics(CacheMetrics& all, std::string_view cache)
    : hit{all.requests.with(kRedis, cache, "hit")},
      miss{all.requests.with(kRedis, cache, "miss")},
      error{all.requests.with(kRedis, cache, "error")},
      bypass{all.requests.with(kRedis, cache, "bypass")},
      load_success{all.loads, cache, "success"},
      load_error{all.loads, cache, "error"},
      deduplicated{all.deduplicated.with(cache)},
      put_stored{all.puts.with(cache, "stored")},
      put_failed{all.puts.with(cache, "error")},
      put_stale{all.puts.with(cache, "stale")},
      put_too_large{all.puts.with(cache, "too_large")},
      invalidated_by_key{all.invalidated.with(cache, "key")},
      invalidated_by_pattern{all.invalidated.with(cache, "pattern")} {}

}  // namespace vitals::detail
