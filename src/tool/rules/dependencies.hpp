#pragma once

#include "tool/rules/draft.hpp"

namespace vitals::tool {

// What requests rest on: the database and its pools, the cache, the memory.

/// Of tests: none of the rules on gauges reads what another is tested with.
inline constexpr const char* kDependencies = "dependencies";

void add_query_rules(Draft& draft);
void add_cache_rules(Draft& draft);
void add_memory_rules(Draft& draft);
void add_pool_rules(Draft& draft);

}  // namespace vitals::tool
