#pragma once
#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/rules/pack.hpp"

namespace vitals::tool {

/// `job`: of one job alone; empty: of all. `runbooks`: where the pages of alerts are, without a slash at the end.
struct PackOptions {
  std::string job;
  std::string runbooks;
};

/// sla: rules over the metrics that vitals exports by default, for what these levels declare. REQUIRES:
/// window_faults() is empty.
[[nodiscard]] Pack explicit_pack(const ServiceLevels& levels, const PackOptions& options);

/// slo: rules over slo_events_total and its like. Only `window` and `burn_rate_alerts` of the levels have a say, so
/// that one file serves all services that share these. REQUIRES: window_faults() is empty.
[[nodiscard]] Pack static_pack(const ServiceLevels& levels, const PackOptions& options);

/// Why there can't be rules for the windows of burn rate alerts, each with its key; empty: there can.
[[nodiscard]] std::vector<std::string> window_faults(const ServiceLevels& levels);

}  // namespace vitals::tool
