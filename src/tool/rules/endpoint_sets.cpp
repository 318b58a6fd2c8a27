#include "tool/rules/endpoint_sets.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/levels/level_routes.hpp"

namespace vitals::tool {
namespace {

std::vector<Endpoint> endpoints_of(const EndpointLevel& level) {
  std::vector<Endpoint> result;
  for (const auto& route : level.routes) {
    for (const auto& [method, endpoint] : detail::level_routes(route))
      result.push_back({std::string{method}, std::string{endpoint}});
  }
  return result;
}

std::vector<Endpoint> endpoints_of(const std::vector<EndpointLevel>& levels) {
  std::vector<Endpoint> result;
  for (const auto& level : levels) std::ranges::copy(endpoints_of(level), std::back_inserter(result));
  return result;
}

// The routes that have the same methods, by these: a condition can't join two labels.
std::map<std::vector<std::string>, std::vector<std::string>> by_methods(const std::vector<Endpoint>& endpoints) {
  std::map<std::string, std::set<std::string>> methods;
  std::vector<std::string> routes;
  for (const auto& [method, route] : endpoints) {
    if (methods[route].empty()) routes.push_back(route);
    methods[route].insert(method);
  }
  std::map<std::vector<std::string>, std::vector<std::string>> result;
  for (const auto& route : routes) result[{methods[route].begin(), methods[route].end()}].push_back(route);
  return result;
}

}  // namespace

Conditions EndpointSet::conditions() const {
  Conditions result;
  if (!methods.empty()) result.push_back((are_methods_excluded ? none_of : one_of)("method", methods));
  if (!routes.empty()) result.push_back((are_routes_excluded ? none_of : one_of)("endpoint", routes));
  return result;
}

bool EndpointSet::has(const Endpoint& endpoint) const {
  const auto is_listed = [](const std::vector<std::string>& list, const std::string& value) {
    return std::ranges::find(list, value) != list.end();
  };
  return (methods.empty() || is_listed(methods, endpoint.method) != are_methods_excluded) &&
         (routes.empty() || is_listed(routes, endpoint.route) != are_routes_excluded);
}

std::vector<EndpointSet> sets_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all) {
  std::vector<EndpointSet> result;
  const auto listed = by_methods(level.others ? endpoints_of(all) : endpoints_of(level));
  if (level.others) {
    auto& unnamed = result.emplace_back();
    unnamed.are_routes_excluded = true;
    for (const auto& [methods, routes] : listed) std::ranges::copy(routes, std::back_inserter(unnamed.routes));
  }
  for (const auto& [methods, routes] : listed) result.push_back({methods, routes, level.others, false});
  return result;
}

bool has_endpoint(const EndpointLevel& level, const std::vector<EndpointLevel>& all, const Endpoint& endpoint) {
  return std::ranges::any_of(sets_of(level, all), [&endpoint](const EndpointSet& set) { return set.has(endpoint); });
}

std::vector<Endpoint> endpoints_to_test(const std::vector<EndpointLevel>& all) {
  std::vector<Endpoint> result;
  std::set<std::pair<std::string, std::string>> seen;
  std::set<std::string> routes;
  for (auto& endpoint : endpoints_of(all)) {
    routes.insert(endpoint.route);
    if (seen.emplace(endpoint.method, endpoint.route).second) result.push_back(std::move(endpoint));
  }
  for (const auto& route : routes) result.push_back({"_OTHER", route});
  result.push_back({"GET", "_unmatched"});
  return result;
}

Endpoint endpoint_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all) {
  for (auto& endpoint : endpoints_to_test(all)) {
    if (has_endpoint(level, all, endpoint)) return endpoint;
  }
  return {};
}

}  // namespace vitals::tool
