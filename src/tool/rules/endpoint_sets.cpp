#include "tool/rules/endpoint_sets.hpp"

#include <algorithm>
#include <map>
#include <set>

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

std::vector<Conditions> conditions_of(const EndpointLevel& level, const std::vector<EndpointLevel>& all) {
  std::vector<Conditions> result;
  if (!level.others) {
    for (const auto& [methods, routes] : by_methods(endpoints_of(level)))
      result.push_back({one_of("method", methods), one_of("endpoint", routes)});
    return result;
  }
  const auto listed = by_methods(endpoints_of(all));
  std::vector<std::string> listed_routes;
  for (const auto& [methods, routes] : listed) std::ranges::copy(routes, std::back_inserter(listed_routes));
  if (listed_routes.empty()) return {{}};
  result.push_back({none_of("endpoint", listed_routes)});
  for (const auto& [methods, routes] : listed)
    result.push_back({none_of("method", methods), one_of("endpoint", routes)});
  return result;
}

std::vector<Endpoint> endpoints_to_test(const std::vector<EndpointLevel>& all) {
  auto result = endpoints_of(all);
  std::set<std::string> routes;
  for (const auto& endpoint : result) routes.insert(endpoint.route);
  for (const auto& route : routes) result.push_back({"_OTHER", route});
  result.push_back({"GET", "_unmatched"});
  return result;
}

bool has(const EndpointLevel& level, const std::vector<EndpointLevel>& all, const Endpoint& endpoint) {
  const auto of = [&endpoint](const EndpointLevel& one) {
    const auto own = endpoints_of(one);
    return std::ranges::find(own, endpoint) != own.end();
  };
  return level.others ? std::ranges::none_of(all, of) : of(level);
}

}  // namespace vitals::tool
