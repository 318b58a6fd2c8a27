#pragma once
#include <compare>
#include <string>
#include <vector>

#include <vitals/service_levels.hpp>

#include "tool/rules/promql.hpp"

namespace vitals::tool {

/// A method and a route, as the labels `method` and `endpoint` have them.
struct Endpoint {
  std::string method;
  std::string route;

  auto operator<=>(const Endpoint&) const = default;
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

/// Endpoints to test a level with: all that it has, and of others those that a selector a little too wide would have,
/// which are other methods of its routes and other routes of its methods. They are so few that tests of all levels
/// don't grow faster than their list. For a level of others these are all of the list.
[[nodiscard]] std::vector<Endpoint> endpoints_to_test(const EndpointLevel& level,
                                                      const std::vector<EndpointLevel>& all);
/// One of them that the level has.
[[nodiscard]] Endpoint endpoint_of(const EndpointLevel& level);

}  // namespace vitals::tool
