#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tool/rules/endpoint_sets.hpp"

namespace vitals::tool {

/// Requests of an endpoint, at a rate that makes each sum tell what it is of. They are of one of the objective's sets,
/// or of none.
struct Weighted {
  Endpoint endpoint;
  double weight;
  std::optional<std::size_t> set;
};

/// An objective on the times of some endpoints, or of all.
struct TimedObjective {
  std::string slo;
  std::chrono::nanoseconds target;
  std::vector<EndpointSet> sets;
  std::string family;  ///< of its tests: none of these counts what another is tested with
  std::vector<Weighted> requests = {};
};

/// Those of `latency` and of `endpoint_classes`.
[[nodiscard]] std::vector<TimedObjective> timed_objectives(const ServiceLevels& levels);

/// What `one` selects by the conditions of one of the sets: an expression that stands for itself.
template <class One>
std::string union_of(const std::vector<EndpointSet>& sets, One one) {
  std::vector<std::string> all;
  for (const auto& set : sets) all.push_back(one(set.conditions()));
  const auto text = fmt::format("{}", fmt::join(all, "\n or "));
  return all.size() == 1 ? text : fmt::format("({})", text);
}

}  // namespace vitals::tool
