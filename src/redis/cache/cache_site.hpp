#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redis/cache/cache_metrics.hpp"

namespace vitals::detail {

class CacheImpl;

/// One cached function, or all of get_or_compute().
struct CacheSite {
  CacheImpl& cache;
  std::string stem;  ///< what its keys begin with
  SiteMetrics metrics;
};

/// The name that a plain key's flights go by if its text could be a function's key; nothing if they go by the text. May
/// throw std::bad_alloc.
std::optional<std::string> plain_flight(std::string_view text);

}  // namespace vitals::detail
