#pragma once

#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

namespace vitals::detail {

// The counters of an objective, with the label `slo`.
inline constexpr const char* kEventsName = "slo_events_total";
inline constexpr const char* kBadEventsName = "slo_bad_events_total";
inline constexpr const char* kObjectiveLabel = "slo";

/// What has an error budget.
struct Objective {
  std::string name;  ///< the label `slo`
  double ratio;      ///< the share of events that should be good
};

/// All there are: of `latency`, of the error rate, of the availability, of `endpoint_classes`.
[[nodiscard]] std::vector<Objective> objectives(const ServiceLevels& levels);

/// The share of events that may be bad. To 15 digits: that of 0.999 is 0.001.
[[nodiscard]] double error_budget(double objective);

/// Whether the budget can burn as fast as the alert wants: at 1 / budget times its pace at most, as then every event is
/// bad.
[[nodiscard]] bool can_fire(const BurnRateAlert& alert, double budget) noexcept;

}  // namespace vitals::detail
