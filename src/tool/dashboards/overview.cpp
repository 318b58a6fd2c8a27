#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/levels/objective_name.hpp"
#include "core/text/quantity.hpp"
#include "tool/dashboards/budgets.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

constexpr int kStatWidth = 3;

Panel stat(std::string title, std::string description, std::string unit, std::string expr, Thresholds thresholds) {
  return {.kind = Panel::Kind::Stat,
          .title = std::move(title),
          .description = std::move(description),
          .unit = std::move(unit),
          .width = kStatWidth,
          .queries = {{.expr = std::move(expr), .legend = "{{job}}"}},
          .thresholds = std::move(thresholds)};
}

Panel percentile_stat(const PageSource& source, double objective) {
  const auto name = detail::percentile_name(objective);
  auto description = fmt::format("{} of the requests were answered within this time: http_request_duration_seconds.",
                                 detail::percent_text(objective));
  for (const auto& level : source.levels.latency) {
    if (level.objective == objective) description += fmt::format(" Promised: {}.", detail::time_text(level.target));
  }
  return stat(name, std::move(description), "s", percentile(source.live, objective, "job", kRequestTimes),
              percentile_thresholds(source.levels, objective));
}

std::vector<Panel> now(const PageSource& source) {
  const auto& live = source.live;
  std::vector<Panel> panels;
  if (source.has_requests) {
    for (const double objective : request_percentiles(source.levels))
      panels.push_back(percentile_stat(source, objective));
    const auto rate = live.rate_by("job", kRequests, kLive);
    panels.push_back(stat("Requests", "Requests a second: http_requests_total.", "reqps", rate, {}));
    panels.push_back(stat("Active", "Requests that are being served now: http_requests_active.", "short",
                          fmt::format("sum by (job) ({})", live.series(kActive)), {}));
    panels.push_back(stat("Errors",
                          fmt::format("Requests with a bad status ({}), of all: http_requests_total.",
                                      fmt::join(source.levels.bad_statuses, ", ")),
                          "percentunit", share(bad_rate(source, live, "job"), rate), error_thresholds(source.levels)));
  }
  if (source.has_cache)
    panels.push_back(stat("Cache hits", "Look-ups that found something, of all: cache_hits_total.", "percentunit",
                          share(live.rate_by("job", "cache_hits_total", kLive, {equals("hit", "true")}),
                                live.rate_by("job", "cache_hits_total", kLive)),
                          least_of(source.levels.cache_hit_ratio)));
  panels.push_back(stat("Memory",
                        "Resident memory, as a share of what the process may use: process_resident_memory_bytes, "
                        "process_memory_limit_bytes.",
                        "percentunit",
                        fmt::format("max by (job) ({} / ({} > 0))", live.series("process_resident_memory_bytes"),
                                    live.series("process_memory_limit_bytes")),
                        most_of(source.levels.memory_usage)));
  return panels;
}

Panel times(const PageSource& source) {
  Panel panel{.kind = Panel::Kind::Lines,
              .title = "Percentiles",
              .description = "Of the times of all requests: http_request_duration_seconds. Dashed: what is promised.",
              .unit = "s",
              .width = 12,
              .queries = {}};
  for (const double objective : request_percentiles(source.levels))
    panel.queries.push_back({.expr = percentile(source.live, objective, "job", kRequestTimes),
                             .legend = fmt::format("{{{{job}}}} {}", detail::percentile_name(objective)),
                             .has_exemplars = objective == 0.95});
  for (const auto& level : source.levels.latency)
    panel.queries.push_back({.expr = fmt::format("group by (job) ({}) * {}", source.live.series(kRequestTimesCount),
                                                 number(in_seconds(level.target))),
                             .legend = fmt::format("{} promised", detail::percentile_name(level.objective)),
                             .is_dashed = true});
  panel.link = address_of(source, "endpoints");
  return panel;
}

Panel traffic(const PageSource& source) {
  const auto by_class =
      fmt::format(R"(label_replace({}, "class", "${{1}}xx", "status", "(.).*"))", source.live.rate(kRequests, kLive));
  Panel panel{.kind = Panel::Kind::Lines,
              .title = "Requests by status",
              .description = "Requests a second, by the class of their status: http_requests_total.",
              .unit = "reqps",
              .width = 12,
              .queries = {{.expr = fmt::format("sum by (class) ({})", by_class), .legend = "{{class}}"}},
              .colors = {{"2xx", "green"}, {"3xx", "blue"}, {"4xx", "orange"}, {"5xx", "red"}},
              .is_stacked = true,
              .link = address_of(source, "endpoints")};
  if (const auto& level = source.levels.throughput) {
    panel.description +=
        " The line is the throughput that is promised under load: fewer on a quiet night are no fault.";
    panel.thresholds = {"transparent", {{level->target, "blue"}}};
  }
  return panel;
}

Panel errors(const PageSource& source) {
  return {.kind = Panel::Kind::Lines,
          .title = "Errors by endpoint",
          .description =
              "Requests a second with a bad status: http_requests_total. A client's mistake (4xx) is none, unless the "
              "levels say so.",
          .unit = "reqps",
          .width = 12,
          .queries = {{.expr = bad_rate(source, source.live, "method, endpoint, status") + " > 0",
                       .legend = "{{method}} {{endpoint}} {{status}}"}},
          .if_empty = "No request failed",
          .link = address_of_line(source)};
}

Panel slow(const PageSource& source) {
  constexpr int kMost = 10;
  const std::vector<LabelColumn> labels{{"method", "Method"}, {"endpoint", "Endpoint"}};
  const auto budgets = endpoint_budgets(source, source.live, kLive);
  Panel panel;
  if (budgets.used.empty()) {
    panel = {.kind = Panel::Kind::Table,
             .title = {},
             .description =
                 "The slowest endpoints, by p95. The service levels have no budgets of endpoints. "
                 "http_request_duration_seconds.",
             .queries = {{.expr = percentile(source.live, 0.95, "method, endpoint", kRequestTimes),
                          .legend = "p95",
                          .unit = "s"}},
             .labels = labels,
             .sorted_by = "p95",
             .most = kMost};
  } else {
    panel = budget_table(budgets, labels, kMost);
    panel.description =
        "The endpoints that use the most of what is promised, by each class and budget that they have. Time is the "
        "percentile that the level is on; more than 100 % used is slower than promised.";
  }
  panel.title = "Slow endpoints";
  panel.width = 12;
  panel.link = address_of_row(source);
  return panel;
}

}  // namespace

Dashboard overview_page(const PageSource& source) {
  Dashboard page{
      .name = "overview",
      .title = "Overview",
      .description = "Requests, errors and response times against the service levels, and what they rest on.",
      .rows = {{"Now", now(source)}}};
  if (source.has_requests) {
    page.rows.push_back(
        {"Requests", {latency_heatmap(source.live, 12), times(source), traffic(source), errors(source)}});
    page.rows.push_back({"Where to look", {slow(source), alerts_panel(source, 12)}});
  } else {
    page.rows.push_back({"Where to look", {alerts_panel(source, 24)}});
  }
  std::vector<Panel> below;
  const int width = source.has_database ? (source.has_cache ? 6 : 8) : (source.has_cache ? 12 : 24);
  if (source.has_database) {
    below.push_back(statements_panel(source, width));
    below.push_back(pool_panel(source, width));
  }
  if (source.has_cache) below.push_back(hit_ratio_panel(source, width));
  below.push_back(memory_panel(source, width));
  page.rows.push_back({"What requests rest on", std::move(below)});
  return page;
}

}  // namespace vitals::tool
