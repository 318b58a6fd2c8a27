#include "tool/dashboards/pages.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "core/text/quantity.hpp"
#include "tool/dashboards/budgets.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

Conditions job_condition(const std::string& job) { return {job.empty() ? matches("job", "$job") : equals("job", job)}; }

Conditions chosen(const std::string& job, bool has_endpoint) {
  auto conditions = job_condition(job);
  conditions.push_back(matches("instance", "$instance"));
  if (has_endpoint) {
    conditions.push_back(matches("method", "$method"));
    conditions.push_back(matches("endpoint", "$endpoint"));
  }
  return conditions;
}

// Of a job, as a part of an address, which takes no other characters and is 40 bytes at most.
std::string job_part(const std::string& job) {
  constexpr std::size_t kLongest = 16;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  if (job.size() <= kLongest && std::ranges::all_of(job, is_plain)) return job;
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a: the same in each version
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("{:016x}", hash);
}

}  // namespace

PageSource::PageSource(const ServiceLevels& of, std::string of_job, bool all)
    : levels{of},
      job{std::move(of_job)},
      has_requests{all || has_request_levels(of)},
      has_database{all || !of.query_budgets.empty() || of.pool_usage},
      has_cache{all || of.cache_hit_ratio},
      told_by{has_request_levels(of) ? kRequests : "process_memory_limit_bytes"},
      live{chosen(job, false)},
      endpoint{chosen(job, true)},
      recorded{job_condition(job)} {}

std::string uid_of(const PageSource& source, std::string_view dashboard) {
  return source.job.empty() ? fmt::format("vitals-{}", dashboard)
                            : fmt::format("vitals-{}-{}", dashboard, job_part(source.job));
}

std::string address_of(const PageSource& source, std::string_view dashboard, const std::string& more) {
  return fmt::format("/d/{}?${{__url_time_range}}&${{datasource:queryparam}}{}&${{instance:queryparam}}{}",
                     uid_of(source, dashboard), source.job.empty() ? "&${job:queryparam}" : "", more);
}

std::string percentile(const Selectors& of, double objective, std::string_view by, const std::string& metric,
                       std::string_view window, Conditions conditions) {
  const auto buckets =
      of.rate_by(by.empty() ? "le" : fmt::format("{}, le", by), metric + "_bucket", window, conditions);
  return percentile_of(objective, buckets, by, of.rate_by(by, metric + "_count", window, std::move(conditions)));
}

std::string share(const std::string& part, const std::string& whole) {
  return fmt::format("({}\n or 0 * {})\n/ ({} > 0)", part, whole, whole);
}

std::string bad_rate(const PageSource& source, const Selectors& of, std::string_view by, std::string_view window) {
  return of.rate_by(by, kRequests, window, {matches("status", bad_status_pattern(source.levels))});
}

std::vector<double> percentiles(const ServiceLevels& levels) {
  std::set<double> objectives{0.5, 0.95, 0.99};
  for (const auto& level : levels.latency) objectives.insert(level.objective);
  return {objectives.begin(), objectives.end()};
}

Thresholds at_most(double target, std::optional<double> beyond) {
  if (!beyond || *beyond <= target) return {"green", {{target, "red"}}};
  return {"green", {{target, "orange"}, {*beyond, "red"}}};
}

Thresholds at_least(double target, std::optional<double> beyond) {
  if (!beyond || *beyond >= target) return {"red", {{target, "green"}}};
  return {"red", {{*beyond, "orange"}, {target, "green"}}};
}

Thresholds thresholds_of(const LatencyObjective& level) {
  const auto beyond = level.critical ? level.critical : level.alert;
  return at_most(in_seconds(level.target), beyond ? std::optional(in_seconds(*beyond)) : std::nullopt);
}

Thresholds most_of(const std::optional<RatioLevel>& level) {
  return level ? at_most(level->target, level->critical ? level->critical : level->alert) : Thresholds{};
}

Thresholds least_of(const std::optional<RatioLevel>& level) {
  return level ? at_least(level->target, level->critical ? level->critical : level->alert) : Thresholds{};
}

Thresholds error_thresholds(const ServiceLevels& levels) {
  if (levels.error_rate) return most_of(levels.error_rate);
  if (!levels.availability) return {};
  const auto others = [](double ratio) { return detail::rounded(1 - ratio, 15); };
  auto level = *levels.availability;
  level.target = others(level.target);
  if (level.critical) level.critical = others(*level.critical);
  if (level.alert) level.alert = others(*level.alert);
  return most_of(level);
}

std::string address_of_line(const PageSource& source) {
  return address_of(source, "endpoints",
                    "&var-method=${__field.labels.method:percentencode}"
                    "&var-endpoint=${__field.labels.endpoint:percentencode}");
}

std::string address_of_row(const PageSource& source) {
  return address_of(source, "endpoints",
                    "&var-method=${__data.fields.Method:percentencode}"
                    "&var-endpoint=${__data.fields.Endpoint:percentencode}");
}

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
          .title = "Cache hits",
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
      .title = "Memory",
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
