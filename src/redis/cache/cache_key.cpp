#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>
#undef XXH_INLINE_ALL

#include <vitals/redis/detail/cache_key.hpp>

#include "redis/cache/cache_site.hpp"

namespace vitals::detail {

namespace {

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15U];
}

}  // namespace

// The hash is for short keys, not for safety: the value carries the identity, and one of another identity is a miss.
CacheKey function_key(const CacheSite& site, std::string identity) {
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  CacheKey key;
  key.text.reserve(site.stem.size() + 32);
  key.text = site.stem;
  append_hex(key.text, hash.high64);
  append_hex(key.text, hash.low64);
  key.identity = std::move(identity);
  return key;
}

CacheKey plain_key(const CacheSite& site, std::string_view key) { return {site.stem + std::string{key}, {}}; }

}  // namespace vitals::detail
