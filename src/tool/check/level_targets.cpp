#include "tool/check/level_targets.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include <vitals/levels.hpp>

#include "core/levels/level_routes.hpp"
#include "core/levels/objective_name.hpp"
#include "core/text/quantity.hpp"
#include "tool/check/yaml_reader.hpp"

namespace vitals::tool {
namespace {

using std::chrono::nanoseconds;

Threshold threshold_of(nanoseconds time) {
  const auto text = detail::time_text(time);
  return {parse_quantity(text).value, text};
}

Threshold ratio_threshold(double ratio) { return {ratio, detail::percent_text(ratio)}; }
Threshold rate_threshold(double rate) { return {rate, detail::rate_text(rate)}; }

// A label's value that stands for itself alone.
std::string literal(std::string_view value) {
  std::string glob;
  for (const char c : value) {
    if (c == '*' || c == '?' || c == '\\') glob += '\\';
    glob += c;
  }
  return glob;
}

std::vector<std::string> literals(const std::vector<std::string>& values) {
  std::vector<std::string> globs;
  for (const auto& value : values) globs.push_back(literal(value));
  return globs;
}

template <class Level>
void set_times(Target& target, const Level& level) {
  target.measure = Measure::Quantile;
  target.quantile = level.objective;
  target.bound = threshold_of(level.target);
  if (level.critical) target.critical = threshold_of(*level.critical);
  target.bound_unit = Unit::Seconds;
}

template <class Level>
void set_numbers(Target& target, const Level& level, bool below, Unit unit, Threshold (*threshold)(double)) {
  target.below = below;
  target.bound = threshold(level.target);
  if (level.critical) target.critical = threshold(*level.critical);
  target.bound_unit = unit;
}

void set_ratio(Target& target, const RatioLevel& level, bool below) {
  set_numbers(target, level, below, Unit::Ratio, ratio_threshold);
}

class LevelTargets {
 public:
  explicit LevelTargets(const ServiceLevels& levels) : levels_(levels) {}

  Targets targets() {
    targets_.budget_window = std::chrono::duration<double>(levels_.window).count();
    for (const auto& level : levels_.latency)
      set_times(add(of_requests(detail::percentile_name(level.objective) + " response time",
                                names_.http_request_duration_seconds)),
                level);
    requests();
    endpoints(levels_.endpoint_classes, detail::class_title);
    endpoints(levels_.route_budgets, detail::route_budget_title);
    for (const auto& budget : levels_.query_budgets) query(budget);
    if (levels_.cache_hit_ratio) {
      auto& target = ratio("cache hit ratio", names_.cache_hits_total);
      target.part.clauses = {{{{names_.hit, {"true"}}}}};
      set_ratio(target, *levels_.cache_hit_ratio, false);
    }
    if (levels_.memory_usage)
      share("memory usage", names_.process_resident_memory_bytes, names_.process_memory_limit_bytes, {},
            *levels_.memory_usage);
    if (levels_.pool_usage)
      share("pool usage", names_.db_pool_connections_active, names_.db_pool_connections_max, {names_.pool},
            *levels_.pool_usage)
          .is_pool_usage = true;
    return std::move(targets_);
  }

 private:
  Target& add(Target target) { return targets_.targets.emplace_back(std::move(target)); }

  // All that the service counts, as it does for its own objectives: HttpOptions::exclude says what it doesn't.
  [[nodiscard]] static Target of_requests(std::string name, const std::string& metric) {
    Target target;
    target.name = std::move(name);
    target.metric = metric;
    return target;
  }

  // Each method by itself, as each must have series.
  void add_routes(Selector& selector, const std::vector<std::string>& routes) const {
    for (const auto& route : routes) {
      for (const auto& [method, endpoint] : detail::level_routes(route))
        selector.clauses.push_back({{{names_.method, {literal(method)}}, {names_.endpoint, {literal(endpoint)}}}});
    }
  }

  Target& ratio(std::string name, const std::string& metric) {
    auto& target = add({});
    target.name = std::move(name);
    target.metric = metric;
    target.measure = Measure::Ratio;
    return target;
  }

  void requests() {
    const auto of_all = [this](std::string name) -> Target& {
      auto& target = add(of_requests(std::move(name), names_.http_requests_total));
      target.measure = Measure::Ratio;
      target.part = bad_requests(levels_);
      return target;
    };
    if (levels_.error_rate) set_ratio(of_all("error rate"), *levels_.error_rate, true);
    if (levels_.availability) {
      auto& target = of_all("availability");
      target.is_of_the_rest = true;
      target.note = "1 - error rate of the window";
      target.over_budget_window = true;
      set_ratio(target, *levels_.availability, false);
    }
    if (levels_.throughput) {
      auto& target = add(of_requests("throughput", names_.http_requests_total));
      target.measure = Measure::Rate;
      set_numbers(target, *levels_.throughput, false, Unit::PerSecond, rate_threshold);
    }
  }

  void endpoints(const std::vector<EndpointLevel>& all, std::string (*title)(const EndpointLevel&)) {
    for (const auto& level : all) {
      auto& target = add(of_requests(title(level), names_.http_request_duration_seconds));
      if (level.others) {
        for (const auto& other : all) add_routes(target.except, other.routes);
      } else {
        add_routes(target.select.emplace(), level.routes);
      }
      target.each = {names_.method, names_.endpoint};
      target.skip_few = true;
      set_times(target, level);
    }
  }

  void query(const QueryBudget& budget) {
    auto& target = add({});
    target.name = detail::query_budget_title(budget);
    target.metric = budget.transactions ? names_.db_transaction_duration_seconds : names_.db_query_duration_seconds;
    Clause clause;
    if (!budget.query_types.empty()) clause.matchers.push_back({names_.query_type, literals(budget.query_types)});
    if (!budget.tables.empty()) clause.matchers.push_back({names_.table, literals(budget.tables)});
    if (!clause.matchers.empty()) target.select = Selector{{std::move(clause)}};
    if (!budget.transactions) {
      target.each = {names_.query_type, names_.table};
      target.statements = {names_.query_type, names_.table};
    }
    target.told = names_.table;  // one may have had no statement yet, or be misspelt
    target.skip_few = true;
    set_times(target, budget);
  }

  Target& share(const char* name, const std::string& metric, const std::string& whole, std::vector<std::string> each,
                const RatioLevel& level) {
    auto& target = add({});
    target.name = name;
    target.measure = Measure::Gauge;
    target.metric = metric;
    target.whole = whole;
    target.each = std::move(each);
    set_ratio(target, level, true);
    return target;
  }

  const ServiceLevels& levels_;
  const MetricNames& names_ = levels_.metrics;
  Targets targets_;
};

}  // namespace

Selector bad_requests(const ServiceLevels& levels) {
  Matcher status{levels.metrics.status, {}};
  for (const auto& bad : levels.bad_statuses)
    status.globs.push_back(bad.ends_with("xx") ? bad.substr(0, 1) + "??" : bad);
  return {{{{std::move(status)}}}};
}

Targets targets_of(const ServiceLevels& levels) { return LevelTargets(levels).targets(); }

Targets read_levels_or_targets(std::string_view text, const std::string& file) {
  if (is_map_with(text, "targets")) return parse_targets(text, file);
  try {
    return targets_of(ServiceLevels::parse(text, file));
  } catch (const std::invalid_argument& error) {
    for (const auto* key : {"target", "min_samples", "except"}) {
      if (is_map_with(text, key))
        throw std::invalid_argument(fmt::format(
            "{}\n{}:1:1: it was read as service levels; a targets file has the key 'targets'", error.what(), file));
    }
    throw;
  }
}

}  // namespace vitals::tool
