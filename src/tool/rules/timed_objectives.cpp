#include "tool/rules/timed_objectives.hpp"

#include <utility>

#include "core/levels/objective_name.hpp"

namespace vitals::tool {

std::vector<TimedObjective> timed_objectives(const ServiceLevels& levels) {
  std::vector<TimedObjective> result;
  for (const auto& level : levels.latency)
    result.push_back({detail::objective_name(level),
                      level.target,
                      {EndpointSet{}},
                      "latency",
                      {{{"GET", "/a"}, 1, 0}, {{"POST", "/b"}, 2, 0}}});
  const auto& classes = levels.endpoint_classes;
  for (const auto& level : classes) {
    TimedObjective made{detail::objective_name(level), level.target, sets_of(level, classes), "classes"};
    double weight = 1;
    for (const auto& endpoint : endpoints_to_test(level, classes)) {
      Weighted request{endpoint, weight, std::nullopt};
      for (std::size_t i = 0; i < made.sets.size(); ++i) {
        if (made.sets[i].has(endpoint)) request.set = i;
      }
      made.requests.push_back(std::move(request));
      weight = weight < 1e9 ? 2 * weight : 1;
    }
    result.push_back(std::move(made));
  }
  return result;
}

}  // namespace vitals::tool
