#include "http/requests/http_levels.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <stdexcept>

#include "core/levels/level_routes.hpp"
#include "core/levels/objective_name.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

std::string endpoint_key(std::string_view method, std::string_view endpoint) {
  return std::string{method} + ' ' + std::string{endpoint};
}

std::set<std::string> listed_endpoints(const std::vector<std::string>& routes) {
  std::set<std::string> result;
  for (const auto& route : routes) {
    const RouteSpec spec = parse_route({"HttpMetrics", route});
    for (const auto method : spec.methods) result.insert(endpoint_key(method, canonical_pattern(spec.pattern)));
  }
  return result;
}

// Of routes that adapters add nobody knows yet.
void check_routes(const ServiceLevels& levels, const std::vector<std::string>& routes) {
  if (routes.empty()) return;
  const auto listed = listed_endpoints(routes);
  std::string mistakes;
  const auto check_list = [&](const char* list, const std::vector<EndpointLevel>& all) {
    for (const auto& level : all) {
      for (const auto& route : level.routes) {
        for (const auto& [method, endpoint] : level_routes(route)) {
          const auto key = endpoint_key(method, endpoint);
          if (!listed.contains(key))
            mistakes += '\n' + std::string{list} + " \"" + printable(level.name) + "\": \"" + printable(key) +
                        "\" is none of HttpOptions::routes" + did_you_mean(key, listed) +
                        "; list it there, or leave it out";
        }
      }
    }
  };
  check_list("endpoint_classes", levels.endpoint_classes);
  check_list("route_budgets", levels.route_budgets);
  if (!mistakes.empty()) throw std::invalid_argument("vitals::HttpMetrics: service levels:" + mistakes);
}

const ServiceLevels& checked(const HttpOptions& options) {
  options.levels->check();
  check_routes(*options.levels, options.routes);
  return *options.levels;
}

}  // namespace

HttpLevels::HttpLevels(const Scope& scope, const HttpOptions& options, std::string_view method,
                       std::string_view endpoint)
    : levels_{checked(options)}, method_{method}, endpoint_{endpoint} {
  auto& all = scope.counter("slo_events_total", "Events that count for an objective.", {"slo"});
  auto& bad =
      scope.counter("slo_bad_events_total", "Of these, the ones that missed what the objective wants.", {"slo"});
  auto& ratios = scope.gauge("slo_objective_ratio", "The share of events that an objective wants to be good.", {"slo"});
  const auto declare = [&](const std::string& name, double objective) {
    ratios.with(name).set(objective);
    return Answers{&all.with(name), &bad.with(name)};
  };
  for (const auto& level : levels_.latency) {
    const auto made = declare(objective_name(level), level.objective);
    latency_.emplace_back(*made.events, *made.bad, level.target);
  }
  if (levels_.error_rate) answers_.push_back(declare("error-rate", 1 - levels_.error_rate->target));
  if (levels_.availability) answers_.push_back(declare("availability", levels_.availability->target));
  for (const auto& level : levels_.endpoint_classes) {
    const auto made = declare(objective_name(level), level.objective);
    classes_.emplace_back(*made.events, *made.bad, level.target);
  }
  add_list(levels_.endpoint_classes, &Budget::of_class);
  add_list(levels_.route_budgets, &Budget::by_route);
  if (!levels_.endpoint_classes.empty() || !levels_.route_budgets.empty()) {
    const std::array<std::string_view, 4> names{method_, endpoint_, "slo_class", "operation"};
    budgets_ = &scope.gauge("http_endpoint_budget_seconds", "The time within which an endpoint should answer.",
                            LabelNames{names}, {.max_series = 10'000'000, .unit = "seconds"});
  }
  for (const auto& status : levels_.bad_statuses) {
    const auto first = static_cast<std::size_t>(status[0] - '0') * 100;
    if (status.ends_with("xx")) {
      std::fill_n(is_bad_.begin() + static_cast<std::ptrdiff_t>(first), 100, true);
    } else {
      is_bad_[first + static_cast<std::size_t>(status[1] - '0') * 10 + static_cast<std::size_t>(status[2] - '0')] =
          true;
    }
  }
}

Buckets HttpLevels::buckets(const HttpOptions& options) {
  if (options.levels == nullptr) return options.duration_buckets;
  options.levels->check();
  return options.levels->request_buckets(options.duration_buckets);
}

void HttpLevels::add_list(const std::vector<EndpointLevel>& levels, const EndpointLevel* Budget::*member) {
  const bool are_classes = member == &Budget::of_class;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto add = [&](Budget& budget) {
      budget.*member = &levels[i];
      if (are_classes) budget.events = &classes_[i];
    };
    if (levels[i].others) add(others_);
    for (const auto& route : levels[i].routes) {
      for (const auto& [method, endpoint] : level_routes(route)) add(by_endpoint_[endpoint_key(method, endpoint)]);
    }
  }
}

HttpLevels::Budget HttpLevels::budget_of(std::string_view method, std::string_view endpoint) const {
  const auto found = by_endpoint_.find(endpoint_key(method, endpoint));
  if (found == by_endpoint_.end()) return others_;
  Budget budget = found->second;
  if (budget.of_class == nullptr) {
    budget.of_class = others_.of_class;
    budget.events = others_.events;
  }
  if (budget.by_route == nullptr) budget.by_route = others_.by_route;
  return budget;
}

const TimedEvents* HttpLevels::meet(std::string_view method, std::string_view endpoint) const {
  const auto [of_class, by_route, events] = budget_of(method, endpoint);
  if (of_class == nullptr && by_route == nullptr) return nullptr;
  std::optional<std::chrono::nanoseconds> least;
  for (const auto* level : {of_class, by_route}) {
    if (level != nullptr) least = std::min(least.value_or(level->target), level->target);
  }
  const std::vector<LabelPair> labels{{method_, method},
                                      {endpoint_, endpoint},
                                      {"slo_class", of_class != nullptr ? of_class->name : "none"},
                                      {"operation", by_route != nullptr ? by_route->name : "none"}};
  budgets_->with(labels).set(static_cast<double>(least->count()) / 1e9);
  return events;
}

}  // namespace vitals::detail
