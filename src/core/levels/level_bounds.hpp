#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/service_levels.hpp>

#include "core/levels/level_rules.hpp"

namespace vitals::detail {

/// A threshold on times, and the member that it is: "latency[1].critical".
struct LevelBound {
  std::string where;
  std::chrono::nanoseconds time;
};
using LevelBounds = std::vector<LevelBound>;

/// Adds the thresholds of one level, which is the member `where`.
template <class Level>
void add_bounds(LevelBounds& bounds, const std::string& where, const Level& level) {
  bounds.push_back({where + ".target", level.target});
  if (level.critical) bounds.push_back({where + ".critical", *level.critical});
  if (level.alert) bounds.push_back({where + ".alert", *level.alert});
}

/// All thresholds on requests, and on statements and transactions.
[[nodiscard]] LevelBounds request_bounds(const ServiceLevels& levels);
[[nodiscard]] LevelBounds query_bounds(const ServiceLevels& levels);

/// The thresholds that are not below the last bound of `base`: of a percentile beyond that nobody can tell how large it
/// is. None of a base that no histogram may have.
[[nodiscard]] std::vector<LevelMistake> bound_mistakes(const Buckets& base, const LevelBounds& thresholds);

/// `base` with the thresholds that are below its last bound, sorted; a bound of `base` that differs from a threshold by
/// rounding alone gives way to it. A base that no histogram may have stays as it is: the histogram names what is wrong.
[[nodiscard]] Buckets with_bounds(const Buckets& base, const LevelBounds& thresholds);

}  // namespace vitals::detail
