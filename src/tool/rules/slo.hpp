#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "tool/rules/draft.hpp"

namespace vitals::tool {

// Objectives: how many of their events are bad, over which windows, and how fast that uses their error budgets up.
//
//   slo:events:rate5m, slo:bad_events:rate5m, slo:objective:ratio    by job and slo; the packs differ in these alone
//   slo:sli_error:ratio_rate1h and other windows                     bad events of all, weighted by traffic
//   slo:error_budget:ratio, slo:current_burn_rate:ratio, slo:period_error_budget_remaining:ratio

inline constexpr const char* kSloGroup = "slo";
inline constexpr const char* kSloEvents = "slo:events:rate";
inline constexpr const char* kSloBadEvents = "slo:bad_events:rate";
inline constexpr const char* kSloObjective = "slo:objective:ratio";
inline constexpr const char* kSloBudget = "slo:error_budget:ratio";
inline constexpr const char* kBurnRate = "slo:current_burn_rate:ratio";
inline constexpr const char* kRemaining = "slo:period_error_budget_remaining:ratio";

/// The label `slo` of these two.
inline constexpr const char* kErrorRate = "error-rate";
inline constexpr const char* kAvailability = "availability";

/// Windows shorter than this are rates of their own; longer ones are sums of what is recorded of five minutes.
inline constexpr std::chrono::minutes kSummedWindow{10};
/// A rate over less than this has too few scrapes.
inline constexpr std::chrono::minutes kLeastWindow{2};

/// The windows of rates that are recorded as they are: five minutes, and those of burn rate alerts that are short.
[[nodiscard]] std::vector<std::chrono::seconds> rate_windows(const ServiceLevels& levels);

/// Records the first three, of what the service counts itself: slo_events_total and its like, of any service.
void add_counted_objectives(Draft& draft);
/// The same of the metrics of requests, by what the levels declare.
void add_declared_objectives(Draft& draft);
/// Ratios, budgets and burn rates of objectives that are recorded.
void add_error_budgets(Draft& draft);

/// Whether both promise the same, so that availability has no alerts of its own on its budget.
[[nodiscard]] bool is_availability_the_error_rate(const ServiceLevels& levels);

/// Alerts on these. `alerts`: those of the levels that can fire.
void add_burn_alerts(Draft& draft, const std::vector<BurnRateAlert>& alerts);
void add_exhausted_alert(Draft& draft);

/// `slo:sli_error:ratio_rate1h`
[[nodiscard]] std::string ratio_record(std::chrono::seconds window);

}  // namespace vitals::tool
