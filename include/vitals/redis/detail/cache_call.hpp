#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/redis/codec.hpp>
#include <vitals/redis/detail/cache_key.hpp>

namespace vitals::detail {

/// One call of a cached function. run() is all that does not depend on the type of the value; a subclass keeps the
/// value.
class CacheCall {
 public:
  CacheCall(const CacheCall&) = delete;
  CacheCall& operator=(const CacheCall&) = delete;

  /// Gives the subclass its value: from Redis, or from another caller who is loading it, by decode(); else by
  /// compute(), which is called at most once, and whose value is stored. Throws what compute() throws, here or in the
  /// other caller.
  void run(CacheSite& site, const CacheKey& key, std::chrono::milliseconds ttl);

 protected:
  CacheCall() = default;
  ~CacheCall() = default;

 private:
  class Run;

  /// Takes the value from its encoded form. False if that is none.
  virtual bool decode(std::string_view payload) noexcept = 0;
  /// Takes the value from the function.
  virtual void compute() = 0;
  /// The encoded form of the value that compute() took.
  [[nodiscard]] virtual std::string encode() const = 0;
};

template <class T, class Compute>
class CacheCallOf final : public CacheCall {
 public:
  explicit CacheCallOf(Compute& compute) noexcept : compute_{compute} {}

  /// REQUIRES: run() has returned.
  T take() { return *std::move(value_); }

 private:
  bool decode(std::string_view payload) noexcept override {
    try {
      value_ = Codec<T>::decode(payload);
      return value_.has_value();
    } catch (...) {
      return false;
    }
  }
  void compute() override { value_.emplace(compute_()); }
  [[nodiscard]] std::string encode() const override { return Codec<T>::encode(*value_); }

  Compute& compute_;
  std::optional<T> value_;
};

/// The value of a key, or of compute() alone if there was no memory for the key or the site.
template <class T, class Compute>
T load(CacheSite* site, const std::optional<CacheKey>& key, std::chrono::milliseconds ttl, Compute compute) {
  if (!key || site == nullptr) return compute();
  CacheCallOf<T, Compute> call{compute};
  call.run(*site, *key, ttl);
  return call.take();
}

}  // namespace vitals::detail
