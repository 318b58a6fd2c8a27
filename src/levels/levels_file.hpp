#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "core/levels/level_rules.hpp"

namespace vitals::detail {

/// What a use of service levels, such as rules for Prometheus, finds wrong with them besides level_mistakes(). They may
/// have mistakes.
using LevelJudge = std::function<std::vector<LevelMistake>(const ServiceLevels&)>;

/// ServiceLevels::load() and parse(), with the mistakes that `judge` finds among the others, each at its place.
[[nodiscard]] ServiceLevels load_levels(const std::string& path, const LevelJudge& judge = {});
[[nodiscard]] ServiceLevels parse_levels(std::string_view yaml, std::string_view source, const LevelJudge& judge = {});

}  // namespace vitals::detail
