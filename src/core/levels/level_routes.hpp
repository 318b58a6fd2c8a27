#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

/// One method of a route of service levels: the labels `method` and `endpoint`.
struct LevelRoute {
  std::string_view method;
  std::string_view endpoint;
};

/// "GET|POST /clients/{id}" as two of these. Views of `route`. REQUIRES: route_fault() is empty.
[[nodiscard]] std::vector<LevelRoute> level_routes(std::string_view route);

/// Why it is none: the rule and the fix; empty: it is one. Routes are as the label `endpoint` has them, so of the
/// spellings that HttpMetrics::route() takes, those that become a label as they are.
[[nodiscard]] std::string route_fault(std::string_view route);

/// The endpoint without the names of its holes: two that are equal match the same paths.
[[nodiscard]] std::string without_hole_names(std::string_view endpoint);

}  // namespace vitals::detail
