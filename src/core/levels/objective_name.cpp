#include "core/levels/objective_name.hpp"

#include "core/text/quantity.hpp"

namespace vitals::detail {

std::string percentile_name(double objective) {
  auto name = 'p' + percent_text(objective);
  name.pop_back();  // %
  return name;
}

std::string objective_name(const LatencyObjective& level) { return "latency-" + percentile_name(level.objective); }

std::string objective_name(const EndpointLevel& endpoint_class) {
  return "latency-" + endpoint_class.name + '-' + percentile_name(endpoint_class.objective);
}

}  // namespace vitals::detail
