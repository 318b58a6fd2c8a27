#pragma once

#include <atomic>
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include <vitals/redis/cache.hpp>

#include "redis/cache/cache_metrics.hpp"
#include "redis/cache/cache_site.hpp"
#include "redis/pool/connection.hpp"
#include "redis/pool/failure.hpp"
#include "redis/pool/fork_local.hpp"
#include "redis/pool/pool_impl.hpp"

namespace vitals::detail {

class Flights;

/// What has a meaning of its own in a pattern of Redis.
inline constexpr std::string_view kGlobSpecial = R"(*?[]\)";

/// Behind Cache: its options, its functions by name, and its commands. Thread-safe.
class CacheImpl {
 public:
  CacheImpl(Registry& registry, RedisPoolImpl& pool, CacheOptions options);
  CacheImpl(const CacheImpl&) = delete;
  CacheImpl& operator=(const CacheImpl&) = delete;
  ~CacheImpl();

  /// The function of a name. Never changed or freed while the cache lives.
  CacheSite& site(std::string_view name);
  /// All of get_or_compute(), and invalidations that are not of one function: made when they are first asked for.
  /// Null if there was no memory.
  CacheSite* plain() noexcept { return late(plain_, "get_or_compute"); }
  CacheSite* patterns() noexcept { return late(patterns_, "_pattern"); }
  /// The key of a get_or_compute(). May throw std::bad_alloc.
  CacheKey plain_key(std::string_view key) const { return detail::plain_key(stem_, key); }

  /// Runs a command, and counts its time and its failure.
  RedisResult run(CacheCommand command, RedisConnection::Command words, std::chrono::nanoseconds budget) noexcept;

  void count_lookup(bool hit) noexcept { (hit ? metrics_.hits : metrics_.misses).inc(); }
  void count_error(CacheCommand command, RedisFailure failure) noexcept { metrics_.error(command, failure); }

  bool erase(CacheSite* site, const std::string& key) noexcept;
  /// Removes what a load has written after its key was invalidated. False if Redis could not be told.
  bool take_back(std::string_view key) noexcept;
  InvalidateResult invalidate_pattern(std::string_view pattern, const InvalidateOptions& options);

  /// Throws std::bad_alloc, in a forked child's first call.
  Flights& flights();
  const CacheOptions& options() const noexcept { return options_; }

 private:
  struct NamedSite {
    std::string name;
    CacheSite site;
    NamedSite* next;
  };
  struct Scan;

  // UNLINK, or DEL where there is no UNLINK, of the keys that follow words[0], which the callee sets.
  RedisResult remove(std::span<std::string_view> words, std::chrono::nanoseconds budget) noexcept;
  RedisResult run_remove(CacheCommand command, std::span<std::string_view> words,
                         std::chrono::nanoseconds budget) noexcept;
  bool invalidate(const std::string& key) noexcept;
  InvalidateResult remove_matching(std::string_view pattern, const InvalidateOptions& options);
  bool remove_page(Scan& scan, std::span<const std::string_view> keys, InvalidateResult& result);
  CacheSite* late(std::atomic<CacheSite*>& site, std::string_view label) noexcept;
  [[nodiscard]] NamedSite* find_site(std::string_view name) const noexcept;

  RedisPoolImpl& pool_;
  const CacheOptions options_;
  const std::string stem_;  // of all keys
  CacheMetrics metrics_;
  ForkLocal<Flights> flights_;
  // Owns its nodes, and only grows. Atomic pointers and no lock, which a forked child could find held; release and
  // acquire: a site is complete when it is seen.
  std::atomic<NamedSite*> sites_{nullptr};
  std::atomic<CacheSite*> plain_{nullptr};  // owned, as those
  std::atomic<CacheSite*> patterns_{nullptr};
};

}  // namespace vitals::detail
