#pragma once

#include <string>

#include <vitals/service_levels.hpp>

namespace vitals::detail {

/// "p95" of an objective of 0.95.
[[nodiscard]] std::string percentile_name(double objective);

// The label `slo` of an objective: "latency-p95", and of a class "latency-critical-p95". Those of errors and
// availability are "error-rate" and "availability".
[[nodiscard]] std::string objective_name(const LatencyObjective& level);
[[nodiscard]] std::string objective_name(const EndpointLevel& endpoint_class);

// What people see of levels that are of single endpoints or statements: "critical endpoints p95" of a class, "lists
// budget p95" of a route budget, "simple queries p95". No two levels of a file have one title.
[[nodiscard]] std::string class_title(const EndpointLevel& endpoint_class);
[[nodiscard]] std::string route_budget_title(const EndpointLevel& budget);
[[nodiscard]] std::string query_budget_title(const QueryBudget& budget);

}  // namespace vitals::detail
