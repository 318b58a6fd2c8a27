#include "tool/dashboards/thresholds.hpp"

#include "core/text/quantity.hpp"
#include "tool/rules/promql.hpp"

namespace vitals::tool {

Thresholds at_most(double target, std::optional<double> beyond) {
  if (!beyond || *beyond <= target) return {"green", {{target, "red"}}};
  return {"green", {{target, "orange"}, {*beyond, "red"}}};
}

Thresholds at_least(double target, std::optional<double> beyond) {
  if (!beyond || *beyond >= target) return {"red", {{target, "green"}}};
  return {"red", {{*beyond, "orange"}, {target, "green"}}};
}

Thresholds percentile_thresholds(const ServiceLevels& levels, double objective) {
  for (const auto& level : levels.latency) {
    if (level.objective != objective) continue;
    const auto beyond = level.critical ? level.critical : level.alert;
    return at_most(in_seconds(level.target), beyond ? std::optional(in_seconds(*beyond)) : std::nullopt);
  }
  return {};
}

Thresholds most_of(const std::optional<RatioLevel>& level) {
  return level ? at_most(level->target, level->critical ? level->critical : level->alert) : Thresholds{};
}

Thresholds least_of(const std::optional<RatioLevel>& level) {
  return level ? at_least(level->target, level->critical ? level->critical : level->alert) : Thresholds{};
}

Thresholds error_thresholds(const ServiceLevels& levels) {
  if (levels.error_rate) return most_of(levels.error_rate);
  if (!levels.availability) return {};
  const auto others = [](double ratio) { return detail::rounded(1 - ratio, 15); };
  auto level = *levels.availability;
  level.target = others(level.target);
  if (level.critical) level.critical = others(*level.critical);
  if (level.alert) level.alert = others(*level.alert);
  return most_of(level);
}

}  // namespace vitals::tool
