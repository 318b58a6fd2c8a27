#include "http/requests/http_levels.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/instruments/access.hpp"
#include "core/levels/level_bounds.hpp"
#include "core/levels/level_routes.hpp"
#include "core/levels/level_rules.hpp"
#include "core/levels/objectives.hpp"
#include "core/text/http_methods.hpp"
#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"
#include "core/text/quantity.hpp"
namespace vitals::detail {
namespace {

std::string endpoint_key(std::string_view method, std::string_view endpoint) {
  return std::string{method} + ' ' + std::string{endpoint};
}

// Templates that match the same paths are one route, whatever their holes are called.
std::string route_key(std::string_view method, std::string_view endpoint) {
  return endpoint_key(method, without_hole_names(endpoint));
}

std::set<std::string> listed_endpoints(const HttpOptions& options) {
  std::set<std::string> result;
  const auto add = [&](const std::string& route) {
    const RouteSpec spec = parse_route({"HttpMetrics", route});
    for (const auto method : spec.methods) result.insert(endpoint_key(method, canonical_pattern(spec.pattern)));
  };
  for (const auto& route : options.routes) add(route);
  for (const auto& [route, its_options] : options.routes_with_options) add(route);
  return result;
}

// Where the levels' routes are none of those that the service has. Of routes that adapters add nobody knows yet.
class RouteCheck {
 public:
  explicit RouteCheck(const HttpOptions& options) : listed_{listed_endpoints(options)} {
    for (const auto& path : options.exclude) excluded_.insert(without_hole_names(canonical_pattern(path)));
  }

  void add_mistakes(const char* list, const std::vector<EndpointLevel>& levels, std::vector<LevelMistake>& to) const {
    for (std::size_t i = 0; i < levels.size(); ++i) {
      for (std::size_t k = 0; k < levels[i].routes.size(); ++k) {
        const std::string& route = levels[i].routes[k];
        if (!route_fault(route).empty()) continue;  // is told already
        const auto where = std::string{list} + '[' + std::to_string(i) + "].routes[" + std::to_string(k) + ']';
        for (const auto& [method, endpoint] : level_routes(route)) {
          if (auto fault = fault_of(method, endpoint); !fault.empty()) to.push_back({where, std::move(fault)});
        }
      }
    }
  }

 private:
  std::string fault_of(std::string_view method, std::string_view endpoint) const {
    const auto key = endpoint_key(method, endpoint);
    if (listed_.contains(key)) return {};
    const auto quoted = '"' + printable(key) + '"';
    if (excluded_.contains(without_hole_names(endpoint)))
      return quoted + " is excluded (HttpOptions::exclude), so that no request would count; list it in " +
             "HttpOptions::routes, or leave it out";
    if (listed_.empty()) return {};
    return quoted + " is none of HttpOptions::routes" + did_you_mean(key, listed_) +
           "; list it there, or with its options in HttpOptions::routes_with_options, or leave it out";
  }

  std::set<std::string> listed_;
  std::set<std::string> excluded_;  // without the names of their holes
};

std::vector<LevelMistake> all_mistakes(const ServiceLevels& levels, const HttpOptions& options) {
  auto mistakes = level_mistakes(levels);
  std::set<std::string> told;
  for (const auto& mistake : mistakes) told.insert(mistake.where);
  for (auto& mistake : bound_mistakes(options.duration_buckets, request_bounds(levels))) {
    if (!told.contains(mistake.where)) mistakes.push_back(std::move(mistake));
  }
  const RouteCheck routes{options};
  routes.add_mistakes("endpoint_classes", levels.endpoint_classes, mistakes);
  routes.add_mistakes("route_budgets", levels.route_budgets, mistakes);
  return mistakes;
}

// The levels of the scopes in which there are any, for as long as an HttpMetrics has them. Never destroyed: a static
// HttpMetrics may be made after other statics are gone.
struct LevelsOfScopes {
  static LevelsOfScopes& only() {
    static auto& one = *new LevelsOfScopes;
    return one;
  }

  std::mutex mutex;
  std::map<const ScopeState*, std::weak_ptr<const ServiceLevels>> all;
};

}  // namespace

std::shared_ptr<const ServiceLevels> HttpLevels::accepted(const Scope& scope, const HttpOptions& options) {
  if (options.levels == nullptr) return nullptr;
  throw_mistakes("vitals::HttpMetrics", all_mistakes(*options.levels, options));
  auto& known = LevelsOfScopes::only();
  const std::lock_guard lock{known.mutex};
  std::erase_if(known.all, [](const auto& entry) { return entry.second.expired(); });
  auto& of_scope = known.all[&Access::scope(scope)];
  if (auto there = of_scope.lock()) {
    if (*there == *options.levels) return there;
    throw std::invalid_argument(
        "vitals::HttpMetrics: the registry has an HttpMetrics with other service levels, and both would count into the "
        "same slo_events_total; give all the same levels, or each a scope with a prefix or labels of its own");
  }
  auto made = std::make_shared<const ServiceLevels>(*options.levels);
  of_scope = made;
  return made;
}

HttpLevels::HttpLevels(const Scope& scope, std::shared_ptr<const ServiceLevels> levels, std::string_view method,
                       std::string_view endpoint)
    : levels_{std::move(levels)}, method_{method}, endpoint_{endpoint} {
  auto& all = scope.counter(kEventsName, "Events that count for an objective.", {kObjectiveLabel});
  auto& bad =
      scope.counter(kBadEventsName, "Of these, the ones that missed what the objective wants.", {kObjectiveLabel});
  auto& ratios = scope.gauge("slo_objective_ratio", "The share of events that an objective wants to be good.",
                             {kObjectiveLabel});
  const auto names = objectives(*levels_);
  auto next = names.begin();
  const auto declare_next = [&] {
    const auto& [name, ratio] = *next++;
    ratios.with(name).set(ratio);
    return Answers{&all.with(name), &bad.with(name)};
  };
  const auto count_times = [&](auto& to, const auto& list) {
    for (const auto& level : list) {
      const auto made = declare_next();
      to.emplace_back(*made.events, *made.bad, level.target);
    }
  };
  count_times(latency_, levels_->latency);
  if (levels_->error_rate) answers_.push_back(declare_next());
  if (levels_->availability) answers_.push_back(declare_next());
  count_times(classes_, levels_->endpoint_classes);
  add_list(levels_->endpoint_classes, &Budget::of_class);
  add_list(levels_->route_budgets, &Budget::by_route);
  if (!levels_->endpoint_classes.empty() || !levels_->route_budgets.empty()) {
    const std::array<std::string_view, 4> names{method_, endpoint_, "slo_class", "operation"};
    budgets_ = &scope.gauge("http_endpoint_budget_seconds", "The time within which an endpoint should answer.",
                            LabelNames{names}, {.max_series = 10'000'000, .unit = "seconds"});
  }
  for (const auto& status : levels_->bad_statuses) {
    const auto first = static_cast<std::size_t>(status[0] - '0') * 100;
    if (status.ends_with("xx")) {
      std::fill_n(is_bad_.begin() + static_cast<std::ptrdiff_t>(first), 100, true);
    } else {
      is_bad_[first + static_cast<std::size_t>(status[1] - '0') * 10 + static_cast<std::size_t>(status[2] - '0')] =
          true;
    }
  }
}

Buckets HttpLevels::own_buckets(const Buckets& base, const RouteText& route, const RouteSpec& spec) const {
  LevelBounds wanted;
  LevelBounds of_other_methods;  // requests of these are mostly mistakes: their thresholds are there if there is room
  for (std::size_t i = 0; i < levels_->latency.size(); ++i)
    add_bounds(wanted, "latency[" + std::to_string(i) + ']', levels_->latency[i]);
  std::set<const EndpointLevel*> seen;
  const auto add_methods = [&](bool are_listed, LevelBounds& to) {
    for (const auto method : kMethods) {
      if ((std::ranges::count(spec.methods, method) > 0) != are_listed) continue;
      const Budget budget = budget_of(method, canonical_pattern(spec.pattern));
      if (budget.of_class != nullptr && seen.insert(budget.of_class).second)
        add_bounds(to, "endpoint_classes \"" + printable(budget.of_class->name) + '"', *budget.of_class);
      if (budget.by_route != nullptr && seen.insert(budget.by_route).second)
        add_bounds(to, "route_budgets \"" + printable(budget.by_route->name) + '"', *budget.by_route);
    }
  };
  add_methods(true, wanted);
  add_methods(false, of_other_methods);
  std::string lines;
  for (const auto& [where, text, because] : bound_mistakes(base, wanted))
    lines.append("\n" + where).append(": " + text);
  if (!lines.empty()) refuse_route(route, "its duration_buckets don't fit its service levels:" + lines);
  wanted.insert(wanted.end(), of_other_methods.begin(), of_other_methods.end());
  return with_bounds(base, wanted);
}

void HttpLevels::add_list(const std::vector<EndpointLevel>& list, const EndpointLevel* Budget::*member) {
  const bool are_classes = member == &Budget::of_class;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto add = [&](Budget& budget) {
      budget.*member = &list[i];
      if (are_classes) budget.events = &classes_[i];
    };
    if (list[i].others) add(others_);
    for (const auto& route : list[i].routes) {
      for (const auto& [method, endpoint] : level_routes(route)) add(by_endpoint_[route_key(method, endpoint)]);
    }
  }
}

HttpLevels::Budget HttpLevels::budget_of(std::string_view method, std::string_view endpoint) const {
  const auto found = by_endpoint_.find(route_key(method, endpoint));
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
  const auto name_of = [](const EndpointLevel* level) {
    return level != nullptr ? std::string_view{level->name} : std::string_view{"none"};
  };
  const std::vector<LabelPair> labels{
      {method_, method}, {endpoint_, endpoint}, {"slo_class", name_of(of_class)}, {"operation", name_of(by_route)}};
  budgets_->with(labels).set(static_cast<double>(least->count()) / 1e9);
  return events;
}

}  // namespace vitals::detail
