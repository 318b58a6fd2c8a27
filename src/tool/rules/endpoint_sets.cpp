#include "tool/rules/endpoint_sets.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "core/levels/level_routes.hpp"

namespace vitals::tool {
namespace {

// Of the same list, to test a level with.
constexpr std::size_t kMostOthers = 1;

const Endpoint kUnnamed{"GET", "_unmatched"};

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

std::vector<Endpoint> endpoints_to_test(const EndpointLevel& level, const std::vector<EndpointLevel>& all) {
  const auto sets = sets_of(level, all);
  const auto is_own = [&sets](const Endpoint& endpoint) {
    return std::ranges::any_of(sets, [&endpoint](const EndpointSet& set) { return set.has(endpoint); });
  };
  auto listed = endpoints_of(all);
  std::ranges::rotate(listed, std::ranges::find_if(listed, is_own));  // its own first, then those that follow
  std::vector<Endpoint> result;
  std::set<Endpoint> seen;
  std::size_t others = 0;
  for (auto& endpoint : listed) {
    if (!is_own(endpoint) && !level.others && ++others > kMostOthers) continue;
    if (seen.insert(endpoint).second) result.push_back(std::move(endpoint));
  }
  for (const auto& set : sets) {
    if (set.are_routes_excluded) continue;
    const auto n = level.others ? set.routes.size() : 1;
    for (std::size_t i = 0; i < n; ++i) result.push_back({"_OTHER", set.routes[i]});
  }
  if (level.others || others == 0) result.push_back(kUnnamed);
  return result;
}

Endpoint endpoint_of(const EndpointLevel& level) { return level.others ? kUnnamed : endpoints_of(level).front(); }

}  // namespace vitals::tool
