#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/redis/codec.hpp>
#include <vitals/redis/detail/reply.hpp>

namespace vitals::detail {

struct CacheSite;
class Flights;
struct Flight;

struct CacheKey {
  std::string text;
  std::string identity;  // what the text holds a hash of; empty if it holds no hash
};

// prefix:function:hash.
CacheKey function_key(const CacheSite& site, std::string identity);
// prefix:key.
CacheKey plain_key(const CacheSite& site, std::string_view key);

// One call of a cached function: the steps that do not depend on the type of its value. Throws nothing of its own.
class CacheCall {
 public:
  CacheCall(CacheSite& site, CacheKey key, std::chrono::milliseconds ttl) noexcept;
  CacheCall(const CacheCall&) = delete;
  CacheCall& operator=(const CacheCall&) = delete;
  ~CacheCall();

  // What Redis has, until the next member is called.
  std::optional<std::string_view> read() noexcept;
  void undecodable() noexcept;
  // What read() gave is the value.
  void hit() noexcept;

  // Not a hit: joins those who load this key, or leads. True if it is worth while to read again.
  [[nodiscard]] bool join() noexcept;
  // What another caller has loaded, or null: load it yourself. Throws what that caller's function threw.
  std::shared_ptr<const std::string> follow();

  void load_begins() noexcept;
  void load_failed() noexcept;  // inside the handler
  void load_succeeded() noexcept;

  // Whether others wait for the value, or Redis is to have it: if so, store() or unencodable().
  [[nodiscard]] bool leads() const noexcept { return leads_; }
  void store(std::string payload) noexcept;
  void unencodable() noexcept;

 private:
  enum class Outcome { Hit, Miss, Error, Bypass };

  void record() noexcept;
  void write(std::string_view payload);
  void take_back() noexcept;
  void end() noexcept;
  [[nodiscard]] bool forked() const noexcept;

  CacheSite& site_;
  const CacheKey key_;
  const std::chrono::milliseconds ttl_;
  const std::uint64_t generation_;  // of the process: a child forked in mid-call must not touch the parent's flights
  Flights* flights_;
  std::chrono::nanoseconds left_;  // for Redis
  Reply reply_;
  std::string_view payload_;
  std::shared_ptr<Flight> flight_;
  std::uint64_t seen_ = 0;
  bool leads_ = false;
  bool may_write_ = false;
  bool recorded_ = false;
  Outcome outcome_ = Outcome::Bypass;
  std::chrono::steady_clock::time_point load_began_{};
  std::chrono::nanoseconds load_took_{};
};

template <class T>
std::optional<T> decode(std::string_view payload) noexcept {
  try {
    return Codec<T>::decode(payload);
  } catch (...) {
    return std::nullopt;
  }
}

template <class T>
std::optional<T> read(CacheCall& call) noexcept {
  const auto payload = call.read();
  if (!payload) return std::nullopt;
  std::optional<T> value = decode<T>(*payload);
  value ? call.hit() : call.undecodable();
  return value;
}

// The value: from Redis, from another caller who is loading it, or from compute(), which is called at most once.
template <class T, class Compute>
T load(CacheCall& call, Compute&& compute) {
  std::optional<T> value = read<T>(call);
  if (!value && call.join()) value = read<T>(call);
  if (value) return *std::move(value);
  if (const auto payload = call.follow()) {
    value = decode<T>(*payload);
    if (value) return *std::move(value);
  }

  call.load_begins();
  T computed = [&]() -> T {
    try {
      return std::forward<Compute>(compute)();
    } catch (...) {
      call.load_failed();
      throw;
    }
  }();
  call.load_succeeded();
  if (call.leads()) {
    try {
      call.store(Codec<T>::encode(computed));
    } catch (...) {
      call.unencodable();
    }
  }
  return computed;
}

}  // namespace vitals::detail
