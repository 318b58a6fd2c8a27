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

// Of those that a level nearly has, so many are enough to test it with: other methods of its routes, and other routes
// of its methods.
constexpr std::size_t kMostCrosses = 16;
constexpr std::size_t kMostNear = 8;

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

std::set<std::string> methods_of(const std::vector<Endpoint>& endpoints) {
  std::set<std::string> result;
  for (const auto& endpoint : endpoints) result.insert(endpoint.method);
  return result;
}

std::set<std::string> methods_of(const std::vector<EndpointSet>& sets) {
  std::set<std::string> result;
  for (const auto& set : sets) result.insert(set.methods.begin(), set.methods.end());
  return result;
}

// Each of the methods with each route that the sets name, first the first route of every set.
std::vector<Endpoint> crosses_of(const std::vector<EndpointSet>& sets, const std::set<std::string>& methods) {
  std::size_t longest = 0;
  for (const auto& set : sets) longest = std::max(longest, set.are_routes_excluded ? 0 : set.routes.size());
  std::vector<Endpoint> result;
  for (std::size_t i = 0; i < longest; ++i) {
    for (const auto& set : sets) {
      if (set.are_routes_excluded || i >= set.routes.size()) continue;
      for (const auto& method : methods) result.push_back({method, set.routes[i]});
    }
  }
  return result;
}

// Endpoints, each of them once.
class Chosen {
 public:
  void add(const std::vector<Endpoint>& from, std::size_t most) {
    for (const auto& endpoint : from) {
      if (most == 0) return;
      if (!seen_.insert(endpoint).second) continue;
      endpoints_.push_back(endpoint);
      --most;
    }
  }
  void add(const std::vector<Endpoint>& from) { add(from, from.size()); }

  [[nodiscard]] std::vector<Endpoint> take() && { return std::move(endpoints_); }

 private:
  std::vector<Endpoint> endpoints_;
  std::set<Endpoint> seen_;
};

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
  // Its own first, then those that follow.
  std::rotate(listed.begin(), std::find_if(listed.begin(), listed.end(), is_own), listed.end());
  auto crosses = crosses_of(sets, methods_of(sets));
  std::ranges::copy(crosses_of(sets, methods_of(listed)), std::back_inserter(crosses));
  std::vector<Endpoint> undefined;
  for (const auto& set : sets) {
    if (set.are_routes_excluded) continue;
    const auto n = level.others ? set.routes.size() : 1;
    for (std::size_t i = 0; i < n; ++i) undefined.push_back({"_OTHER", set.routes[i]});
  }

  Chosen chosen;
  if (level.others) {
    for (const auto& part : {listed, crosses, undefined, {kUnnamed}}) chosen.add(part);
    return std::move(chosen).take();
  }
  const auto first_other = std::stable_partition(listed.begin(), listed.end(), is_own);
  const std::vector<Endpoint> others{first_other, listed.end()};
  const auto methods = methods_of(sets);
  std::vector<Endpoint> near;
  std::vector<Endpoint> far;
  for (const auto& endpoint : others) (methods.contains(endpoint.method) ? near : far).push_back(endpoint);
  const auto is_own_route = [&crosses](const Endpoint& endpoint) {
    return std::ranges::find(crosses, endpoint.route, &Endpoint::route) != crosses.end();
  };
  for (const auto& endpoint : others) {
    if (is_own_route(endpoint)) continue;
    for (const auto& method : methods) near.push_back({method, endpoint.route});
  }
  if (others.empty()) near.push_back({*methods.begin(), kUnnamed.route});
  chosen.add({listed.begin(), first_other});
  chosen.add(crosses, kMostCrosses);
  chosen.add(near, kMostNear);
  chosen.add(far, 1);
  chosen.add(undefined);
  return std::move(chosen).take();
}

Endpoint endpoint_of(const EndpointLevel& level) { return level.others ? kUnnamed : endpoints_of(level).front(); }

}  // namespace vitals::tool
