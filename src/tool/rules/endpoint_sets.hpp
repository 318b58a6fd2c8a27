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
};

/// Endpoints that conditions on both labels can select: these methods, or all others, of these routes, or of all
/// others.
struct EndpointSet {
  std::vector<std::string> methods;
  std::vector<std::string> routes;
  bool are_methods_excluded = false;
  bool are_routes_excluded = false;

  [[nodiscard]] Conditions conditions() const;
  [[nodiscard]] bool has(const Endpoint& endpoint) const;
};

/// The endpoints of a level: no two of these sets have one in common. `all`: the list that the level is of, since
/// others are those that no other of the list has.
[[nodiscard]] std::vector<EndpointSet> sets_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all);

[[nodiscard]] bool has_endpoint(const EndpointLevel& level, const std::vector<EndpointLevel>& all,
                                const Endpoint& endpoint);

/// Endpoints to test these with: all of the list, with a method that they don't have, and one that no level names.
[[nodiscard]] std::vector<Endpoint> endpoints_to_test(const std::vector<EndpointLevel>& all);
/// The first of them that the level has.
[[nodiscard]] Endpoint endpoint_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all);

}  // namespace vitals::tool
