#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/redis/cache.hpp>

#include "redis/cache/cache_impl.hpp"
#include "redis/pool/pool_impl.hpp"
#include "redis/pool/socket.hpp"

namespace vitals {

namespace {

void require(bool holds, const std::string& what) {
  if (!holds) throw std::invalid_argument{"vitals::Cache: " + what};
}

CacheOptions checked(CacheOptions options) {
  using std::chrono::milliseconds;
  require(options.budget > milliseconds::zero(), "budget must be above 0");
  require(options.flight_wait >= milliseconds::zero(), "flight_wait must not be negative");
  require(options.jitter >= 0 && options.jitter < 1, "jitter must be at least 0 and below 1");
  options.budget = std::min(options.budget, detail::kLongest);
  options.flight_wait = std::min(options.flight_wait, detail::kLongest);
  return options;
}

}  // namespace

Cache::Cache(Registry& registry, RedisPool& pool, CacheOptions options)
    : impl_{std::make_unique<detail::CacheImpl>(registry, detail::RedisAccess::impl(pool),
                                                checked(std::move(options)))} {}

Cache::~Cache() = default;

detail::CacheSite& Cache::site(std::string_view name, const CachedOptions& options) {
  require(!name.empty(), "the name of a cached function is empty; it is part of its keys");
  require(options.ttl > std::chrono::milliseconds::zero(),
          "the ttl of " + std::string{name} + " must be above 0; leave the function uncached instead");
  return impl_->site(name);
}

detail::CacheSite* Cache::plain_site() noexcept { return impl_->plain(); }

std::optional<detail::CacheKey> Cache::plain_key(std::string_view key) noexcept {
  try {
    return impl_->plain_key(key);
  } catch (...) {
    return std::nullopt;  // no memory: without the cache
  }
}

bool Cache::erase(std::string_view key) noexcept {
  const std::optional<detail::CacheKey> found = plain_key(key);
  return found && impl_->erase(impl_->plain(), found->text);
}

InvalidateResult Cache::invalidate_pattern(std::string_view pattern, InvalidateOptions options) noexcept {
  try {
    return impl_->invalidate_pattern(pattern, options);
  } catch (...) {
    return {};  // no memory
  }
}

std::string escape_glob(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (detail::kGlobSpecial.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool detail::erase(CacheSite& site, const CacheKey& key) noexcept { return site.cache.erase(&site, key.text); }

}  // namespace vitals
