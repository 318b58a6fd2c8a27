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

}  // namespace vitals::detail
