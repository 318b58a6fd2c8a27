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
/// The key `prefix:key`.
CacheKey plain_key(const CacheSite& site, std::string_view key);

}  // namespace vitals::detail
