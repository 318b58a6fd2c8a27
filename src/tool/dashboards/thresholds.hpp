#pragma once
#include <optional>

#include <vitals/service_levels.hpp>

#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

/// Thresholds of what should be at most, or at least, `target`; from `beyond` on it is worse.
[[nodiscard]] Thresholds at_most(double target, std::optional<double> beyond = {});
[[nodiscard]] Thresholds at_least(double target, std::optional<double> beyond = {});
/// Of a percentile of all requests, by what `latency` says of it.
[[nodiscard]] Thresholds percentile_thresholds(const ServiceLevels& levels, double objective);
/// Of a level on how much of something may be, or must be.
[[nodiscard]] Thresholds most_of(const std::optional<RatioLevel>& level);
[[nodiscard]] Thresholds least_of(const std::optional<RatioLevel>& level);
/// Of the share of bad requests, by the error rate or else the availability.
[[nodiscard]] Thresholds error_thresholds(const ServiceLevels& levels);

}  // namespace vitals::tool
