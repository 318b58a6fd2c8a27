#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#undef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#include <xxhash.h>
#undef XXH_INLINE_ALL

#include <vitals/redis/detail/cache_key.hpp>

#include "redis/cache/cache_site.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kHashDigits = 32;
constexpr std::string_view kHex = "0123456789abcdef";

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += kHex[value >> shift & 15U];
}

// What a function without arguments has for an identity, so that its value is never taken for a plain key's.
constexpr std::string_view kNoArguments = "()";

// Whether a key ends as those of functions do, before any ~ at its end.
bool ends_in_hash(std::string_view key) noexcept {
  while (key.ends_with('~')) key.remove_suffix(1);
  if (key.size() <= kHashDigits || key[key.size() - kHashDigits - 1] != ':') return false;
  return key.substr(key.size() - kHashDigits).find_first_not_of(kHex) == std::string_view::npos;
}

}  // namespace

// The hash is for short keys, not for safety: the value carries the identity, and one of another identity is a miss.
CacheKey function_key(const CacheSite& site, std::string identity) {
  const XXH128_hash_t hash = XXH3_128bits(identity.data(), identity.size());
  CacheKey key;
  key.text.reserve(site.stem.size() + kHashDigits);
  key.text = site.stem;
  append_hex(key.text, hash.high64);
  append_hex(key.text, hash.low64);
  key.identity = identity.empty() ? std::string{kNoArguments} : std::move(identity);
  return key;
}

CacheKey plain_key(const std::string& stem, std::string_view key) { return {stem + std::string{key}, {}}; }

// A plain key that could be a function's gets a ~, so no function has its flight; and neither has another plain key,
// since that would have got one more.
std::optional<std::string> plain_flight(std::string_view text) {
  if (!ends_in_hash(text)) return std::nullopt;
  return std::string{text} + '~';
}

}  // namespace vitals::detail
