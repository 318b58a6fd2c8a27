#include <utility>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/dashboards/budgets.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kByEndpoint = "method, endpoint";
constexpr const char* kEndpointLegend = "{{method}} {{endpoint}}";

Panel by_endpoint(std::string title, std::string description, std::string unit, std::string expr) {
  auto panel = lines(std::move(title), std::move(description), std::move(unit), std::move(expr), kEndpointLegend);
  panel.width = 12;
  return panel;
}

Panel all_endpoints(const PageSource& source) {
  const auto& chosen = source.endpoint;
  const auto rate = chosen.rate_by(kByEndpoint, kRequests, kLive);
  const auto p = [&chosen](double objective) { return percentile(chosen, objective, kByEndpoint, kRequestTimes); };
  return {.kind = Panel::Kind::Table,
          .title = "Endpoints",
          .description =
              "Each endpoint that is chosen; one that had no request shows no times. A row leads to its own. "
              "http_requests_total, http_request_duration_seconds.",
          .width = 24,
          .queries = {{.expr = rate, .legend = "Requests", .unit = "reqps"},
                      {.expr = share(bad_rate(source, chosen, kByEndpoint), rate),
                       .legend = "Errors",
                       .unit = "percentunit",
                       .thresholds = error_thresholds(source.levels)},
                      {.expr = p(0.5), .legend = "p50", .unit = "s"},
                      {.expr = p(0.95), .legend = "p95", .unit = "s"},
                      {.expr = p(0.99), .legend = "p99", .unit = "s"}},
          .link = address_of_row(source),
          .labels = {{"method", "Method"}, {"endpoint", "Endpoint"}},
          .sorted_by = "p95"};
}

Panel times_of(const PageSource& source, double objective) {
  const auto name = detail::percentile_name(objective);
  auto panel = by_endpoint(name, fmt::format("The {} of each endpoint: http_request_duration_seconds.", name), "s",
                           percentile(source.endpoint, objective, kByEndpoint, kRequestTimes));
  panel.queries.front().has_exemplars = true;
  return panel;
}

Panel times_with_budgets(const PageSource& source) {
  auto panel = times_of(source, 0.95);
  const auto budgets = endpoint_budgets(source, source.endpoint, kLive);
  if (budgets.budget.empty()) return panel;
  panel.queries.push_back(budget_lines(budgets));
  panel.description += " Dashed: the classes and budgets of those that are chosen.";
  return panel;
}

std::vector<Panel> traffic_of_endpoints(const PageSource& source) {
  const auto& chosen = source.endpoint;
  const auto rate = chosen.rate_by(kByEndpoint, kRequests, kLive);
  auto errors = by_endpoint("Errors", "Of the requests of each endpoint, those with a bad status: http_requests_total.",
                            "percentunit", share(bad_rate(source, chosen, kByEndpoint), rate));
  errors.thresholds = error_thresholds(source.levels);
  auto statuses = by_endpoint("Statuses", "Requests a second by status: http_requests_total.", "reqps",
                              chosen.rate_by("status", kRequests, kLive) + " > 0");
  statuses.queries.front().legend = "{{status}}";
  statuses.is_stacked = true;
  auto busy = by_endpoint("Where the time goes",
                          "Requests under way on average: how much of the service's work is for which endpoint. "
                          "http_request_duration_seconds_sum.",
                          "short", chosen.rate_by(kByEndpoint, "http_request_duration_seconds_sum", kLive));
  busy.is_stacked = true;
  return {by_endpoint("Requests", "Requests a second of each endpoint: http_requests_total.", "reqps", rate),
          std::move(errors), std::move(statuses), std::move(busy)};
}

}  // namespace

Dashboard endpoints_page(const PageSource& source) {
  Dashboard page{.name = "endpoints",
                 .title = "Endpoints",
                 .description = "Each endpoint by itself: choose methods and endpoints above.",
                 .rows = {{"Endpoints", {all_endpoints(source)}}}};
  const auto budgets = endpoint_budgets(source, source.endpoint, kLive);
  if (!budgets.used.empty()) {
    auto table = budget_table(budgets, {{"method", "Method"}, {"endpoint", "Endpoint"}}, 0);
    table.title = "Budgets";
    table.description =
        "What each endpoint uses of each class and budget that it has; over 100 % it is too slow. "
        "http_request_duration_seconds.";
    page.rows.push_back({"Against what is promised", {std::move(table)}});
  }
  page.rows.push_back({"Response times",
                       {times_with_budgets(source), latency_heatmap(source.endpoint, 12), times_of(source, 0.5),
                        times_of(source, 0.99)}});
  page.rows.push_back({"Requests", traffic_of_endpoints(source)});
  const auto values = [&source](const char* label) {
    return fmt::format("label_values({}, {})", source.live.series(kRequests), label);
  };
  page.variables = {{"method", "Method", values("method")}, {"endpoint", "Endpoint", values("endpoint")}};
  return page;
}

}  // namespace vitals::tool
