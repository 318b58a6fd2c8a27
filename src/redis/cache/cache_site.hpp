#pragma once

#include <string>

#include "redis/cache/cache_metrics.hpp"

namespace vitals::detail {

class CacheImpl;

/// One cached function, or all of get_or_compute().
struct CacheSite {
  CacheImpl& cache;
  std::string stem;  ///< what its keys begin with
  SiteMetrics metrics;
};

}  // namespace vitals::detail
