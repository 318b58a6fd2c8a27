#pragma once
#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/rules/promql.hpp"

namespace vitals::tool {

/// A method and a route, as the labels `method` and `endpoint` have them.
struct Endpoint {
  std::string method;
  std::string route;

  bool operator==(const Endpoint&) const = default;
};

/// Which series are of a level's endpoints: those that meet one of these sets of conditions. None meets two of them.
/// `all`: the list that the level is of, since others are those that no other of the list has.
[[nodiscard]] std::vector<Conditions> conditions_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all);

/// Endpoints to test these with: all of the list, with methods that they don't have, and one that no level names.
[[nodiscard]] std::vector<Endpoint> endpoints_to_test(const std::vector<EndpointLevel>& all);
/// Whether the level has it.
[[nodiscard]] bool has(const EndpointLevel& level, const std::vector<EndpointLevel>& all, const Endpoint& endpoint);

}  // namespace vitals::tool
