#pragma once

#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

namespace vitals::detail {

/// One thing that is wrong with service levels.
struct LevelMistake {
  std::string where;         ///< the member: "latency[1].critical"; empty: the whole. The judgement rests on all of it
  std::string text;          ///< what, the rule and the fix
  std::string because = {};  ///< another member that the judgement rests on
};

/// All that is wrong, however the levels were made: nothing else decides whether they are good. Those of a member stand
/// together, in the order of the members. Time: O(n log n) in the number of routes and the like.
[[nodiscard]] std::vector<LevelMistake> level_mistakes(const ServiceLevels& levels);

/// Throws std::invalid_argument, "owner: service levels:" and a line for each mistake, if there are any.
void throw_mistakes(const std::string& owner, const std::vector<LevelMistake>& mistakes);

}  // namespace vitals::detail
