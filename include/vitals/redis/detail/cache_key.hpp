#pragma once

#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

struct CacheSite;

struct CacheKey {
  std::string text;
  std::string identity;  ///< what the text holds a hash of; empty if it holds no hash
};

/// The key `prefix:function:hash`.
CacheKey function_key(const CacheSite& site, std::string identity);
/// The key `prefix:key`, which is never one of a function. The stem is that of all keys.
CacheKey plain_key(const std::string& stem, std::string_view key);

}  // namespace vitals::detail
