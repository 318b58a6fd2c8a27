#include "tool/dashboards/budgets.hpp"

#include <utility>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/thresholds.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/endpoint_sets.hpp"
#include "tool/rules/requests.hpp"
#include "tool/rules/timed_objectives.hpp"

namespace vitals::tool {
namespace {

// As the text by which label_replace() replaces: there a dollar begins the name of a group.
std::string replacement(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '$' ? std::string{"$$"} : std::string{c};
  return string_literal(result);
}

std::string with_level(const std::string& expr, const std::string& level) {
  return fmt::format("label_replace({}, \"level\", {}, \"\", \"\")", expr, replacement(level));
}

void unite(std::string& all, const std::string& one) { all += (all.empty() ? "" : "\nor ") + one; }

// `value` and `there`, something that has a series where there is a value, are expressions that stand for themselves.
void add_level(BudgetQueries& queries, const std::string& level, double budget, const std::string& value,
               const std::string& there) {
  unite(queries.value, with_level(value, level));
  unite(queries.budget, with_level(fmt::format("{} * {}", there, number(budget)), level));
  unite(queries.used, with_level(fmt::format("{} / {}", value, number(budget)), level));
}

void add_endpoints(BudgetQueries& queries, const std::vector<EndpointLevel>& all,
                   std::string (*title)(const EndpointLevel&), const Selectors& of, std::string_view window) {
  constexpr const char* kBy = "method, endpoint";
  for (const auto& level : all) {
    const auto sets = sets_of(level, all);
    const auto value = union_of(sets, [&](const Conditions& conditions) {
      return percentile(of, level.objective, kBy, kRequestTimes, window, conditions);
    });
    const auto there = union_of(sets, [&](const Conditions& conditions) {
      return fmt::format("group by ({}) ({})", kBy, of.series(kRequestTimesCount, conditions));
    });
    add_level(queries, title(level), in_seconds(level.target), fmt::format("({})", value), there);
  }
}

}  // namespace

BudgetQueries endpoint_budgets(const PageSource& source, const Selectors& of, std::string_view window) {
  BudgetQueries queries;
  add_endpoints(queries, source.levels.route_budgets, detail::route_budget_title, of, window);
  add_endpoints(queries, source.levels.endpoint_classes, detail::class_title, of, window);
  return queries;
}

BudgetQueries statement_budgets(const PageSource& source, std::string_view window) {
  BudgetQueries queries;
  for (const auto& budget : source.levels.query_budgets) {
    Conditions conditions;
    if (!budget.query_types.empty()) conditions.push_back(one_of("query_type", budget.query_types));
    if (!budget.tables.empty()) conditions.push_back(one_of("table", budget.tables));
    const auto* metric = budget.transactions ? kTransactions : kStatements;
    const auto* by = budget.transactions ? "" : "query_type, table";
    const auto count = source.live.series(fmt::format("{}_count", metric), conditions);
    add_level(queries, detail::query_budget_title(budget), in_seconds(budget.target),
              fmt::format("({})", percentile(source.live, budget.objective, by, metric, window, conditions)),
              fmt::format("group by ({}) ({})", by, count));
  }
  return queries;
}

Panel budget_table(const BudgetQueries& queries, std::vector<LabelColumn> labels, int most) {
  constexpr double kNear = 0.8;
  labels.push_back({"level", "Level"});
  return {.kind = Panel::Kind::Table,
          .title = {},
          .description = {},
          .width = 24,
          .queries = {{.expr = queries.value, .legend = "Time", .unit = "s"},
                      {.expr = queries.budget, .legend = "Budget", .unit = "s"},
                      {.expr = queries.used, .legend = "Used", .unit = "percentunit", .thresholds = at_most(kNear, 1)}},
          .labels = std::move(labels),
          .sorted_by = "Used",
          .most = most};
}

Query budget_lines(const BudgetQueries& queries) {
  return {.expr = fmt::format("max by (level) (\n{}\n)", queries.budget), .legend = "{{level}}", .is_dashed = true};
}

}  // namespace vitals::tool
