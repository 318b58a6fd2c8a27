#include "core/levels/level_routes.hpp"

#include <algorithm>
#include <cstddef>

#include "core/text/printable.hpp"
#include "core/text/route_text.hpp"

namespace vitals::detail {

std::vector<LevelRoute> level_routes(std::string_view route) {
  const auto blank = std::min(route.find(' '), route.size());
  std::vector<LevelRoute> result;
  for (const auto method : split_methods(route.substr(0, blank)))
    result.push_back({method, route.substr(std::min(blank + 1, route.size()))});
  return result;
}

std::string route_fault(std::string_view route) {
  const auto blank = route.find(' ');
  if (blank == std::string_view::npos || !route.substr(blank + 1).starts_with('/'))
    return "it must be a method, a blank and a route; write GET /api/v1/clients";
  if (auto fault = methods_fault(route.substr(0, blank)); !fault.empty()) return fault;
  const auto endpoint = route.substr(blank + 1);
  if (auto fault = pattern_fault(endpoint); !fault.empty()) return fault;
  const auto label = canonical_pattern(endpoint);
  return label == endpoint ? "" : "the label 'endpoint' has it as '" + printable(label) + "'; write that";
}

std::string without_hole_names(std::string_view endpoint) {
  std::string result;
  for (std::size_t at = 0; at < endpoint.size(); ++at) {
    result += endpoint[at];
    if (endpoint[at] == '{') at = std::min(endpoint.find('}', at), endpoint.size()) - 1;
  }
  return result;
}

}  // namespace vitals::detail
