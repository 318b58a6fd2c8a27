#pragma once
#include <optional>
#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/check/scrape.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

/// What a service is judged by: targets as check has them, and the service levels that they were made of, if they were.
struct Promises {
  Targets targets;
  std::optional<ServiceLevels> levels{};
  bool are_built_in = true;
};

/// One figure of the whole service.
struct TileSubject {
  std::string label;
  Target measured;
  const Target* judged = nullptr;  ///< the one of the promises that is about the same; nullptr: there is none
};

/// Pools of one kind.
struct PoolSubject {
  std::string kind;
  Target in_use, size;
};

/// What is looked at, as targets of check without a threshold, so that both count alike. What one of the promises is
/// about is counted as that one says, with its `select` and `except`; but percentiles of all requests come from
/// http_request_duration_highr_seconds, whose buckets are narrow, where the service has it.
/// Lifetime: the promises must outlive it.
struct Subjects {
  std::vector<TileSubject> tiles;  ///< in the order of their importance, but for the next four
  const Target* judged_pools = nullptr;
  const Target* judged_memory = nullptr;
  Target memory, memory_limit, cpu;
  Target route_times, route_errors, route_budgets;  ///< by method and endpoint
  Target statement_times, statement_budgets;        ///< by query type and table
  Target caches;                                    ///< by cache_type
  std::vector<PoolSubject> pools;                   ///< by pool
  Target events, bad_events, objectives;            ///< by objective

  [[nodiscard]] std::vector<const Target*> all() const;
};

/// With the names that a service has which exposes these metrics: those of the levels, else vitals' own, or, where it
/// has those instead, OpenTelemetry's.
Subjects subjects(const Promises& promises, const Names& exposed);

/// The samples that it takes, whichever names the service has.
Names wanted_samples(const Promises& promises);

}  // namespace vitals::tool
