#pragma once

#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

struct CacheSite;

struct CacheKey {
  std::string text;
  std::string identity;  ///< of a function's key: what the text holds a hash of, never empty; of a plain key: empty
};

/// The key `prefix:function:hash`.
CacheKey function_key(const CacheSite& site, std::string identity);
/// The key `prefix:key`. A function may have one of the same text, if somebody made it so: their values are told apart
/// by the identity. The stem is that of all keys.
CacheKey plain_key(const std::string& stem, std::string_view key);

}  // namespace vitals::detail
