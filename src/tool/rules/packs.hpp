#pragma once
#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

#include "core/levels/level_rules.hpp"
#include "tool/rules/pack.hpp"

namespace vitals::tool {

/// `job`: of one job alone; empty: of all. `runbooks`: where the pages of alerts are, without a slash at the end.
struct PackOptions {
  std::string job;
  std::string runbooks;
};

/// sla: rules over the metrics that vitals exports by default, for what these levels declare. REQUIRES:
/// explicit_pack_mistakes() is empty.
[[nodiscard]] Pack explicit_pack(const ServiceLevels& levels, const PackOptions& options);

/// slo: rules over slo_events_total and its like. Only `window` and `burn_rate_alerts` of the levels have a say, so
/// that one file serves all services that share these. REQUIRES: pack_mistakes() is empty.
[[nodiscard]] Pack static_pack(const ServiceLevels& levels, const PackOptions& options);

/// Why there can't be a pack for levels; empty: there can.
[[nodiscard]] std::vector<detail::LevelMistake> pack_mistakes(const ServiceLevels& levels);
/// The same of the explicit one, for which more must hold.
[[nodiscard]] std::vector<detail::LevelMistake> explicit_pack_mistakes(const ServiceLevels& levels);

}  // namespace vitals::tool
