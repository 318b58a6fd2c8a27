#include <array>
#include <utility>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/draft.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

// A period, and how its row is called.
using Period = std::pair<const char*, const char*>;
constexpr std::array kPeriods{Period{"1d", "24 hours"}, Period{"7d", "7 days"}, Period{"30d", "30 days"}};

// An expression of each period, with its name as a label.
template <class Of>
std::string of_periods(Of of) {
  std::string all;
  for (const auto& [window, name] : kPeriods)
    all += fmt::format("{}label_replace({}, \"period\", \"{}\", \"\", \"\")", all.empty() ? "" : "\nor ", of(window),
                       name);
  return all;
}

std::string over(const char* function, const std::string& series, const char* window) {
  return fmt::format("{}({}[{}])", function, series, window);
}

// Of all observations within the window: their buckets are summed, as no percentile of percentiles is one.
std::string recorded_percentile(const PageSource& source, double objective, const char* window) {
  const auto sum = [&](Conditions conditions) {
    return over("sum_over_time", source.recorded.series(bucket_record(kRequestTimes), std::move(conditions)), window);
  };
  return percentile_of(objective, sum({}), "job", sum({equals("le", "+Inf")}));
}

std::string percentile_record(double objective) {
  return fmt::format("job:{}:{}", kRequestTimes, percentile_suffix(objective));
}

Panel periods(const PageSource& source) {
  const auto requests = source.recorded.series(kRequestRate);
  const auto errors = source.recorded.series(kBadRequestRate);
  Panel panel{
      .kind = Panel::Kind::Table,
      .title = "Periods",
      .description =
          "Each until now. Percentiles are of all requests of the period: their buckets are summed. The peak is the "
          "busiest five minutes.",
      .width = 24,
      .queries = {{.expr = of_periods([&](const char* window) {
                     return fmt::format("{} * {}", over("sum_over_time", requests, window), kInterval.count());
                   }),
                   .legend = "Requests"},
                  {.expr = of_periods([&](const char* window) {
                     return fmt::format("({} / ({} > 0))", over("sum_over_time", errors, window),
                                        over("sum_over_time", requests, window));
                   }),
                   .legend = "Errors",
                   .unit = "percentunit",
                   .thresholds = error_thresholds(source.levels)},
                  {.expr = of_periods([&](const char* window) { return over("max_over_time", requests, window); }),
                   .legend = "Peak",
                   .unit = "reqps"}},
      .labels = {{"job", "Job"}, {"period", "Period"}},
      .sorted_by = "Requests",
      .is_ascending = true};
  if (!has_request_times(source.levels)) return panel;
  for (const double objective : request_percentiles(source.levels)) {
    panel.queries.push_back({.expr = of_periods([&](const char* window) {
                               return fmt::format("({})", recorded_percentile(source, objective, window));
                             }),
                             .legend = detail::percentile_name(objective),
                             .unit = "s",
                             .thresholds = percentile_thresholds(source.levels, objective)});
  }
  return panel;
}

Panel then_and_now(const PageSource& source, std::string title, std::string description, std::string unit,
                   const std::string& record) {
  const auto now = source.recorded.series(record);
  return {.kind = Panel::Kind::Lines,
          .title = std::move(title),
          .description = fmt::format("{}: {}. Dashed: a day and a week before.", description, record),
          .unit = std::move(unit),
          .queries = {{.expr = now, .legend = "{{job}}"},
                      {.expr = now + " offset 1d", .legend = "{{job}} a day before", .is_dashed = true},
                      {.expr = now + " offset 1w", .legend = "{{job}} a week before", .is_dashed = true}}};
}

std::vector<Panel> overlays(const PageSource& source) {
  std::vector<Panel> panels{
      then_and_now(source, "Requests", "Requests a second", "reqps", kRequestRate),
      then_and_now(source, "Errors", "The share of requests with a bad status", "percentunit", kErrorRatio)};
  panels.back().thresholds = error_thresholds(source.levels);
  if (!has_request_times(source.levels)) return panels;
  panels.push_back(then_and_now(source, "p95", "The p95 of five minutes", "s", percentile_record(0.95)));
  panels.back().thresholds = percentile_thresholds(source.levels, 0.95);
  return panels;
}

std::vector<Panel> peaks(const PageSource& source) {
  constexpr int kMost = 10;
  const auto requests = source.recorded.series(kRequestRate);
  return {{.kind = Panel::Kind::Bars,
           .title = "Requests by hour",
           .description =
               fmt::format("Requests a second: the mean of each hour, and its busiest five minutes. {}.", kRequestRate),
           .unit = "reqps",
           .width = 16,
           .queries = {{.expr = over("avg_over_time", requests, "1h"), .legend = "{{job}} mean"},
                       {.expr = over("max_over_time", requests, "1h"), .legend = "{{job}} peak"}},
           .step = "1h"},
          {.kind = Panel::Kind::Ranking,
           .title = "Busiest hours",
           .description = fmt::format("The ten hours, each until the time that is given, with the most requests. {}.",
                                      kRequestRate),
           .unit = "reqps",
           .queries = {{.expr = over("avg_over_time", requests, "1h"), .legend = "Requests", .unit = "reqps"}},
           .step = "1h",
           .labels = {{"job", "Job"}},
           .sorted_by = "Requests",
           .most = kMost}};
}

std::vector<Panel> spikes(const PageSource& source) {
  constexpr int kMost = 10;
  const auto ratio = source.recorded.series(kErrorRatio);
  return {
      {.kind = Panel::Kind::Bars,
       .title = "Error spikes",
       .description = fmt::format("The worst five minutes of each point: the share of requests with a bad status. {}.",
                                  kErrorRatio),
       .unit = "percentunit",
       .width = 16,
       .queries = {{.expr = over("max_over_time", ratio, "$__interval"), .legend = "{{job}}"}},
       .thresholds = error_thresholds(source.levels),
       .step = "5m"},
      {.kind = Panel::Kind::Ranking,
       .title = "Worst five minutes",
       .description =
           fmt::format("The ten spans of five minutes with the largest share of bad requests. {}.", kErrorRatio),
       .unit = "percentunit",
       .queries = {{.expr = over("max_over_time", ratio, "5m") + " > 0", .legend = "Errors", .unit = "percentunit"}},
       .if_empty = "No request failed",
       .step = "5m",
       .labels = {{"job", "Job"}},
       .sorted_by = "Errors",
       .most = kMost}};
}

Panel slow_endpoints(const PageSource& source) {
  constexpr const char* kBy = "method, endpoint";
  constexpr int kMost = 20;
  const auto& live = source.live;
  const auto rate = live.rate_by(kBy, kRequests, kShown);
  Panel panel{.kind = Panel::Kind::Table,
              .title = "Slow endpoints",
              .description =
                  "Over all of the time that is shown; p95 is that of all requests in it. "
                  "http_request_duration_seconds, http_requests_total.",
              .width = 24,
              .queries = {{.expr = percentile(live, 0.95, kBy, kRequestTimes, kShown), .legend = "p95", .unit = "s"},
                          {.expr = rate + " > 0", .legend = "Requests", .unit = "reqps"},
                          {.expr = share(bad_rate(source, live, kBy, kShown), rate),
                           .legend = "Errors",
                           .unit = "percentunit",
                           .thresholds = error_thresholds(source.levels)}},
              .link = address_of_row(source),
              .labels = {{"method", "Method"}, {"endpoint", "Endpoint"}},
              .sorted_by = "p95",
              .most = kMost};
  if (!has_request_times(source.levels)) return panel;
  const auto record = fmt::format("method_endpoint:{}:{}", kRequestTimes, percentile_suffix(0.95));
  panel.queries.push_back({.expr = fmt::format("max by ({}) (quantile_over_time(0.95, {}[{}]))", kBy,
                                               source.recorded.series(record), kShown),
                           .legend = "95th percentile of five-minute p95s",
                           .unit = "s"});
  panel.description += " The last column is how bad its worse minutes were: one in twenty was worse.";
  return panel;
}

std::vector<Panel> below_in_the_past(const PageSource& source) {
  const auto& live = source.live;
  std::vector<Panel> panels;
  if (source.has_database) {
    constexpr const char* kBy = "query_type, table";
    panels.push_back(
        {.kind = Panel::Kind::Table,
         .title = "Statements",
         .description = "Over all of the time that is shown: the p95 of all statements in it, and how many. "
                        "db_query_duration_seconds.",
         .width = 12,
         .queries = {{.expr = percentile(live, 0.95, kBy, kStatements, kShown), .legend = "p95", .unit = "s"},
                     {.expr = fmt::format("sum by ({}) (increase({}[{}])) > 0", kBy,
                                          live.series(fmt::format("{}_count", kStatements)), kShown),
                      .legend = "Statements"}},
         .labels = {{"query_type", "Type"}, {"table", "Table"}},
         .sorted_by = "p95"});
  }
  if (source.levels.cache_hit_ratio) {
    panels.push_back(
        then_and_now(source, "Cache hits", "The share of look-ups that found something", "percentunit", kHitRatio));
    panels.back().width = 12;
    panels.back().thresholds = least_of(source.levels.cache_hit_ratio);
    for (auto& query : panels.back().queries) query.legend.replace(0, 7, "{{cache_type}}");
  }
  return panels;
}

}  // namespace

Dashboard history_page(const PageSource& source) {
  Dashboard page{.name = "history",
                 .title = "History",
                 .description =
                     "Days and weeks: how much it was, when most, when it failed, what is slow. By the records of "
                     "vitals rules; Prometheus keeps 15 days unless it is told otherwise.",
                 .rows = {{"Periods", {periods(source)}},
                          {"Now and before", overlays(source)},
                          {"Peaks", peaks(source)},
                          {"Error spikes", spikes(source)},
                          {"Slow endpoints", {slow_endpoints(source)}}},
                 .from = "now-7d",
                 .refresh = "",
                 .times = {{"24 hours", "now-24h"}, {"7 days", "now-7d"}, {"30 days", "now-30d"}}};
  if (auto below = below_in_the_past(source); !below.empty())
    page.rows.push_back({"What requests rest on", std::move(below)});
  return page;
}

}  // namespace vitals::tool
