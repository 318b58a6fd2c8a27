#include "tool/dashboards/shared_panels.hpp"

#include <utility>

#include <fmt/core.h>

#include "core/text/quantity.hpp"
#include "tool/dashboards/budgets.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {

Panel lines(std::string title, std::string description, std::string unit, std::string expr, std::string legend) {
  return {.kind = Panel::Kind::Lines,
          .title = std::move(title),
          .description = std::move(description),
          .unit = std::move(unit),
          .queries = {{.expr = std::move(expr), .legend = std::move(legend)}}};
}

Panel if_any(Panel panel, std::string none) {
  panel.queries.front().expr += " > 0";
  panel.if_empty = std::move(none);
  return panel;
}

Panel latency_heatmap(const Selectors& of, int width) {
  return {.kind = Panel::Kind::Heatmap,
          .title = "Response times",
          .description = "How many requests took how long: each row is a bucket of http_request_duration_seconds.",
          .unit = "s",
          .width = width,
          .queries = {{.expr = fmt::format("sum by (le) (increase({}[{}]))", of.series(kRequestTimesBucket), kLive),
                       .legend = "{{le}}"}}};
}

Panel pool_panel(const PageSource& source, int width) {
  const auto& live = source.live;
  return {.kind = Panel::Kind::Lines,
          .title = "Pool usage",
          .description =
              "Connections in use, of those that a pool may have: db_pool_connections_active by "
              "db_pool_connections_max. The line is the promised limit.",
          .unit = "percentunit",
          .width = width,
          .queries = {{.expr = fmt::format("max by (job, instance, pool) ({} / ({} > 0))",
                                           live.series("db_pool_connections_active"),
                                           live.series("db_pool_connections_max")),
                       .legend = "{{instance}} {{pool}}"}},
          .thresholds = most_of(source.levels.pool_usage),
          .link = address_of(source, "database")};
}

Panel hit_ratio_panel(const PageSource& source, int width) {
  const auto& live = source.live;
  return {.kind = Panel::Kind::Lines,
          .title = "Hit ratio",
          .description =
              "Look-ups that found something, of all that the cache answered: cache_hits_total. Errors are "
              "neither. The line is what is promised.",
          .unit = "percentunit",
          .width = width,
          .queries = {{.expr = share(live.rate_by("cache_type", "cache_hits_total", kLive, {equals("hit", "true")}),
                                     live.rate_by("cache_type", "cache_hits_total", kLive)),
                       .legend = "{{cache_type}}"}},
          .thresholds = least_of(source.levels.cache_hit_ratio),
          .link = address_of(source, "cache")};
}

Panel statements_panel(const PageSource& source, int width) {
  Panel panel{.kind = Panel::Kind::Lines,
              .title = "Statements, p95",
              .description = "By type and table: db_query_duration_seconds. Dashed: query budgets.",
              .unit = "s",
              .width = width,
              .queries = {{.expr = percentile(source.live, 0.95, "query_type, table", kStatements),
                           .legend = "{{query_type}} {{table}}",
                           .has_exemplars = true}},
              .link = address_of(source, "database")};
  const auto budgets = statement_budgets(source, kLive);
  if (!budgets.budget.empty()) panel.queries.push_back(budget_lines(budgets));
  return panel;
}

Panel memory_panel(const PageSource& source, int width) {
  const auto by = [&source](const char* metric) {
    return fmt::format("max by (job, instance) ({})", source.live.series(metric));
  };
  Panel panel{
      .kind = Panel::Kind::Lines,
      .title = "Memory and limit",
      .description =
          "Resident memory, and how much the process may use: process_resident_memory_bytes, "
          "process_memory_limit_bytes.",
      .unit = "bytes",
      .width = width,
      .queries = {{.expr = by("process_resident_memory_bytes"), .legend = "{{instance}}"},
                  {.expr = by("process_memory_limit_bytes"), .legend = "{{instance}} limit", .is_dashed = true}},
      .link = address_of(source, "process")};
  if (const auto& level = source.levels.memory_usage)
    panel.queries.push_back({.expr = fmt::format("{} * {}", by("process_memory_limit_bytes"), number(level->target)),
                             .legend = fmt::format("{{{{instance}}}} {} of it", detail::percent_text(level->target)),
                             .is_dashed = true});
  return panel;
}

Panel alerts_panel(const PageSource& source, int width) {
  return {.kind = Panel::Kind::Table,
          .title = "Alerts that fire",
          .description = "ALERTS of Prometheus, of the jobs that are chosen. Its rules are those of vitals rules.",
          .width = width,
          .queries = {{.expr = fmt::format("count by (alertname, severity, job, instance, slo) ({})",
                                           source.recorded.series("ALERTS", {equals("alertstate", "firing")})),
                       .legend = "Series"}},
          .if_empty = "No alert fires",
          .labels = {{"alertname", "Alert"},
                     {"severity", "Severity"},
                     {"job", "Job"},
                     {"instance", "Instance"},
                     {"slo", "Objective"}}};
}

}  // namespace vitals::tool
