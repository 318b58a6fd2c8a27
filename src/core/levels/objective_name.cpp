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

std::string class_title(const EndpointLevel& endpoint_class) {
  return endpoint_class.name + " endpoints " + percentile_name(endpoint_class.objective);
}

std::string route_budget_title(const EndpointLevel& budget) {
  return budget.name + " budget " + percentile_name(budget.objective);
}

std::string query_budget_title(const QueryBudget& budget) {
  const auto* kind = !budget.transactions ? " queries" : budget.name == "transactions" ? "" : " transactions";
  return budget.name + kind + ' ' + percentile_name(budget.objective);
}

}  // namespace vitals::detail
