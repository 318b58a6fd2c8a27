#pragma once

#include "tool/rules/draft.hpp"

namespace vitals::tool {

// What requests rest on: the database and its pools, the cache, the memory.

inline constexpr const char* kStatements = "db_query_duration_seconds";
inline constexpr const char* kHitRatio = "cache_type:cache_hits:ratio_rate5m";
inline constexpr const char* kTransactions = "db_transaction_duration_seconds";

/// Of tests: none of the rules on gauges reads what another is tested with.
inline constexpr const char* kDependencies = "dependencies";

void add_query_rules(Draft& draft);
void add_cache_rules(Draft& draft);
void add_memory_rules(Draft& draft);
void add_pool_rules(Draft& draft);

}  // namespace vitals::tool
