#pragma once

#include "tool/rules/draft.hpp"

namespace vitals::tool {

// What requests rest on: the database and its pools, the cache, the memory; and that there is something to judge at
// all.

void add_query_rules(Draft& draft);
void add_cache_rules(Draft& draft);
void add_memory_rules(Draft& draft);
void add_pool_rules(Draft& draft);
/// That targets answer, and have what the levels are judged by.
void add_target_rules(Draft& draft);
/// The same of services that count objectives themselves: what these are judged by.
void add_counted_target_rules(Draft& draft);

}  // namespace vitals::tool
