#include "core/levels/objectives.hpp"

#include "core/levels/objective_name.hpp"
#include "core/text/quantity.hpp"

namespace vitals::detail {

std::vector<Objective> objectives(const ServiceLevels& levels) {
  std::vector<Objective> all;
  for (const auto& level : levels.latency) all.push_back({objective_name(level), level.objective});
  if (levels.error_rate) all.push_back({"error-rate", rounded(1 - levels.error_rate->target, 15)});
  if (levels.availability) all.push_back({"availability", levels.availability->target});
  for (const auto& level : levels.endpoint_classes) all.push_back({objective_name(level), level.objective});
  return all;
}

double error_budget(double objective) { return rounded(1 - objective, 15); }

bool can_fire(const BurnRateAlert& alert, double budget) noexcept { return alert.burn_rate * budget < 1 - 1e-9; }

}  // namespace vitals::detail
