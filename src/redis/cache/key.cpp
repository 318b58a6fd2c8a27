#define XXH_INLINE_ALL
#include <stdexcept>

#include <xxhash.h>

#include <vitals/redis/detail/arguments.hpp>

#include "redis/cache/cache_impl.hpp"

namespace vitals::detail {

namespace {

void append_bytes(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
}

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[value >> shift & 15U];
}

}  // namespace

void append_number(std::string& out, char tag, std::uint64_t value) {
  out += tag;
  append_bytes(out, value, 8);
}

void append_text(std::string& out, char tag, std::string_view value) {
  append_number(out, tag, value.size());
  out += value;
}

void append_part(std::string& out, std::string_view part) {
  if (part.size() > UINT32_MAX) throw std::length_error{"vitals::Codec: a part of a value is larger than 4 GB"};
  append_bytes(out, part.size(), 4);
  out += part;
}

std::optional<std::string_view> take_part(std::string_view& text) noexcept {
  if (text.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{static_cast<unsigned char>(text[i])} << (8 * i);
  text.remove_prefix(4);
  if (size > text.size()) return std::nullopt;
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(size);
  return part;
}

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
