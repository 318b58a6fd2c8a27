#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/redis/cached.hpp>
#include <vitals/redis/codec.hpp>
#include <vitals/redis/detail/cache_call.hpp>
#include <vitals/redis/detail/cache_key.hpp>
#include <vitals/redis/pool.hpp>

namespace vitals {

namespace detail {
class CacheImpl;
}

/// What holds for all that one Cache keeps.
struct CacheOptions {
  /// Keys are `prefix:function:hash` and `prefix:key`, with %3A for a colon in the prefix and %25 for a percent sign;
  /// so no two caches of different prefixes share a key. Give each Cache of a process its own.
  std::string prefix{};  // {}: no warning for those who leave it out
  /// The most that one call waits for Redis, reading and writing together; waiting for another caller's load is apart,
  /// and so is taking back a value that was invalidated meanwhile (RedisOptions::command_timeout).
  std::chrono::milliseconds budget{100};
  /// Each time to live is shortened by a random part of up to this share, so that what was cached together does not
  /// expire together. In [0, 1).
  double jitter = 0.1;
  /// How long a caller waits for another one's load of the same key, before it calls the function itself.
  std::chrono::milliseconds flight_wait{5000};
  /// Larger values are not stored.
  std::size_t max_value_bytes = std::size_t{8} << 20;
};

struct InvalidateOptions {
  /// When so much time has been spent in Redis, the call ends after the page of keys that it is at; every command has
  /// RedisOptions::command_timeout. At least one page is done.
  std::chrono::milliseconds budget{1000};
  /// Where to go on: the cursor of a result that was not complete.
  std::uint64_t cursor = 0;
};

struct InvalidateResult {
  std::size_t scanned = 0;  ///< matching keys that SCAN gave; it may give one twice
  std::size_t removed = 0;
  bool complete = false;  ///< all keys were looked at; if not, old values may be served until their time is up
  std::uint64_t cursor = 0;
};

/// Results of functions, kept in Redis and shared by all processes that use it; with the metrics cache_….
/// Thread-safe: any member from any thread. Safe in a forked child, unless the fork met a thread of the parent that was
/// making a series, as the first error of a kind does (see Registry).
/// Cost of a hit: one round trip; the rest is within 4 % of a bare GET by hiredis (bench/redis).
/// Lifetime: must outlive the functions made by cached(); the pool and the registry must outlive it.
///
/// A Redis that is down, slow, full or wrong is not the caller's problem: the function is called instead. That takes at
/// most `budget` longer than without a cache, and next to nothing while the pool's breaker is open. It is counted as an
/// error or a bypass, never as a miss. Callers in this process who miss the same key at once share one call of the
/// function, and its exception if it throws.
///
/// A call that begins after erase() has returned true, or invalidate_pattern() a result that is complete, never gets
/// what was there before from a load of this Cache: one that had begun doesn't write its result; one that was writing
/// takes it back, and until then, or if its write was given up and may reach Redis late, this Cache doesn't take that
/// value from Redis. Other processes don't know of it, and may get such a value, or write one that they had loaded
/// before. Keep times to live as short as you can bear an old value.
class Cache {
 public:
  /// Throws std::invalid_argument if an option makes no sense. Does not ask Redis.
  Cache(Registry& registry, RedisPool& pool, CacheOptions options = {});
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;
  ~Cache();

  /// A function like `fn` that asks the cache first. `name` is part of the keys and the label `cache`: one name, one
  /// function. Arguments may be strings, numbers, enumerations, durations, time points, std::optional, pairs, tuples,
  /// ordered ranges of these, and whatever has a Codec. Throws std::invalid_argument if the name is empty or the ttl is
  /// not above 0.
  template <class Fn>
  auto cached(std::string_view name, Fn fn, CachedOptions options = {}) {
    using Function = detail::Signature<Fn>;
    return CachedFunction<Function>{site(name, options), std::function<Function>{std::move(fn)}, options.ttl};
  }

  /// The value of `key`, from the cache or from fn(), whose exceptions pass through. A ttl of 0 or less stores nothing.
  template <class Fn>
  auto get_or_compute(std::string_view key, std::chrono::milliseconds ttl, Fn&& fn) {
    using Value = std::remove_cvref_t<std::invoke_result_t<Fn&>>;
    static_assert(Cacheable<Value>, "vitals::Cache: this type of result needs a vitals::Codec");
    return detail::load<Value>(plain_site(), plain_key(key), ttl, [&fn]() -> Value { return std::invoke(fn); });
  }

  /// Takes the value of a get_or_compute() out of the cache. False if Redis could not be told.
  bool erase(std::string_view key) noexcept;

  /// Takes out what matches a pattern of Redis (`*` `?` `[…]`, `\` before a character that means itself), under the
  /// prefix: "get_appointments:*" is all results of that function. By SCAN, so other clients of Redis go on; its time
  /// grows with the number of all keys in the database.
  InvalidateResult invalidate_pattern(std::string_view pattern, InvalidateOptions options = {}) noexcept;

 private:
  detail::CacheSite& site(std::string_view name, const CachedOptions& options);
  detail::CacheSite* plain_site() noexcept;
  std::optional<detail::CacheKey> plain_key(std::string_view key) noexcept;

  std::unique_ptr<detail::CacheImpl> impl_;
};

/// Text for a pattern that matches just this text: with `\` before each of `*?[]\`.
[[nodiscard]] std::string escape_glob(std::string_view text);

}  // namespace vitals
