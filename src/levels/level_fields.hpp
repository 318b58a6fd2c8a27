#pragma once

#include <concepts>
#include <type_traits>

#include <vitals/service_levels.hpp>

#include "core/levels/metric_name_fields.hpp"

namespace vitals::detail {

// The keys of a file of service levels in their order, each with its member: once, for reading and for writing.
// fields() calls `on(key, whether it must be there, member)`; a member that is a double says by its type what it
// counts.

template <class Number>  // double or std::optional<double>, perhaps const
struct RatioField {
  explicit RatioField(Number& of) noexcept : value{of} {}
  Number& value;
};
template <class Number>
struct RateField {
  explicit RateField(Number& of) noexcept : value{of} {}
  Number& value;
};

template <class Level, class Plain>
concept LevelOf = std::same_as<std::remove_const_t<Level>, Plain>;

inline constexpr bool kMust = true;
inline constexpr bool kMay = false;

template <class On, class Level>
void threshold_fields(On& on, Level& level) {
  on("target", kMust, level.target);
  on("critical", kMay, level.critical);
  on("alert", kMay, level.alert);
  on("alert_after", kMay, level.alert_after);
}

template <class On, LevelOf<LatencyObjective> Level>
void fields(On& on, Level& level) {
  on("objective", kMay, RatioField{level.objective});
  threshold_fields(on, level);
}

template <class On, LevelOf<EndpointLevel> Level>
void fields(On& on, Level& level) {
  on("name", kMust, level.name);
  on("routes", kMay, level.routes);
  on("others", kMay, level.others);
  on("objective", kMay, RatioField{level.objective});
  threshold_fields(on, level);
}

template <class On, LevelOf<QueryBudget> Level>
void fields(On& on, Level& level) {
  on("name", kMust, level.name);
  on("query_types", kMay, level.query_types);
  on("tables", kMay, level.tables);
  on("transactions", kMay, level.transactions);
  on("objective", kMay, RatioField{level.objective});
  threshold_fields(on, level);
}

template <class On, LevelOf<RatioLevel> Level>
void fields(On& on, Level& level) {
  on("target", kMust, RatioField{level.target});
  on("critical", kMay, RatioField{level.critical});
  on("alert", kMay, RatioField{level.alert});
  on("alert_after", kMay, level.alert_after);
}

template <class On, LevelOf<RateLevel> Level>
void fields(On& on, Level& level) {
  on("target", kMust, RateField{level.target});
  on("critical", kMay, RateField{level.critical});
  on("alert", kMay, RateField{level.alert});
  on("alert_after", kMay, level.alert_after);
}

template <class On, LevelOf<BurnRateAlert> Level>
void fields(On& on, Level& level) {
  on("severity", kMust, level.severity);
  on("burn_rate", kMust, level.burn_rate);
  on("long_window", kMust, level.long_window);
  on("short_window", kMust, level.short_window);
}

template <class On, LevelOf<MetricNames> Level>
void fields(On& on, Level& names) {
  const auto one = [&on](const char* key, auto& name) { on(key, kMay, name); };
  each_metric_name(one, names);
}

template <class On, LevelOf<ServiceLevels> Level>
void fields(On& on, Level& levels) {
  on("window", kMay, levels.window);
  on("bad_statuses", kMay, levels.bad_statuses);
  on("latency", kMay, levels.latency);
  on("error_rate", kMay, levels.error_rate);
  on("availability", kMay, levels.availability);
  on("throughput", kMay, levels.throughput);
  on("endpoint_classes", kMay, levels.endpoint_classes);
  on("route_budgets", kMay, levels.route_budgets);
  on("query_budgets", kMay, levels.query_budgets);
  on("cache_hit_ratio", kMay, levels.cache_hit_ratio);
  on("memory_usage", kMay, levels.memory_usage);
  on("pool_usage", kMay, levels.pool_usage);
  on("burn_rate_alerts", kMay, levels.burn_rate_alerts);
  on("metrics", kMay, levels.metrics);
}

}  // namespace vitals::detail
