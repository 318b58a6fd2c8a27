#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <vitals/redis/codec.hpp>
#include <vitals/redis/detail/arguments.hpp>
#include <vitals/redis/detail/cache_call.hpp>
#include <vitals/redis/detail/cache_key.hpp>

namespace vitals {

class Cache;

namespace detail {

/// Takes the value of a key out of the cache. False if Redis could not be told.
bool erase(CacheSite& site, const CacheKey& key) noexcept;

/// The signature that std::function has for a callable.
template <class Fn>
struct SignatureOf;
template <class R, class... Args>
struct SignatureOf<std::function<R(Args...)>> {
  using Type = R(Args...);
};
template <class Fn>
using Signature = typename SignatureOf<decltype(std::function{std::declval<Fn>()})>::Type;

/// A function that has such a parameter may write to its argument.
template <class T>
inline constexpr bool kOutParameter = std::is_lvalue_reference_v<T> && !std::is_const_v<std::remove_reference_t<T>>;

}  // namespace detail

/// How one function is cached.
struct CachedOptions {
  /// No value is served for longer than this after it was written. Must be above 0.
  std::chrono::milliseconds ttl{60'000};
};

/// A function whose results are kept in Redis: made by Cache::cached(), called like the function.
/// Thread-safe if the function is. Copies share the cache. Must not outlive its Cache.
/// Cost of a hit: one round trip, no more than a bare GET by hiredis.
template <class Signature>
class CachedFunction;

template <class R, class... Args>
class CachedFunction<R(Args...)> {
 public:
  /// Results are returned by value.
  using Value = std::remove_cvref_t<R>;

  static_assert(!std::is_void_v<Value>, "vitals::Cache: a function that returns nothing has nothing to cache");
  static_assert(Cacheable<Value>, "vitals::Cache: this type of result needs a vitals::Codec");
  static_assert(!(... || detail::kOutParameter<Args>),
                "vitals::Cache: a function that writes to its arguments can't be cached");

  /// The result from the cache or from the function, whose exceptions pass through. The cache itself throws nothing and
  /// costs at most CacheOptions::budget, whatever state Redis is in.
  Value operator()(Args... args) const {
    return detail::load<Value>(site_, key(args...), ttl_,
                               [&]() -> Value { return function_(std::forward<Args>(args)...); });
  }

  /// Takes the result for these arguments out of the cache; a load that is under way will not put it back, within the
  /// limits that Cache names. False if Redis could not be told: the old result may then be served until its time is up.
  bool erase(const std::remove_cvref_t<Args>&... args) const noexcept {
    const std::optional<detail::CacheKey> found = key(args...);
    return found && detail::erase(*site_, *found);
  }

 private:
  friend class Cache;

  CachedFunction(detail::CacheSite& site, std::function<R(Args...)> function, std::chrono::milliseconds ttl)
      : site_{&site}, function_{std::move(function)}, ttl_{ttl} {}

  // Nothing if there is no memory, or if a Codec of an argument throws.
  [[nodiscard]] std::optional<detail::CacheKey> key(const std::remove_cvref_t<Args>&... args) const noexcept {
    try {
      return detail::function_key(*site_, detail::canonical<std::remove_cvref_t<Args>...>(args...));
    } catch (...) {
      return std::nullopt;
    }
  }

  detail::CacheSite* site_;
  std::function<R(Args...)> function_;
  std::chrono::milliseconds ttl_;
};

}  // namespace vitals
