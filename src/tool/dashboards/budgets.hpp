#pragma once
#include <string>
#include <string_view>

#include "tool/dashboards/page_source.hpp"
#include "tool/dashboards/panel.hpp"

namespace vitals::tool {

/// Of levels on single endpoints or statements, each with the label `level`: "critical endpoints p95". All three are
/// empty where there is no such level.
struct BudgetQueries {
  std::string value;   ///< the percentile that the level is on
  std::string budget;  ///< what is promised of it
  std::string used;    ///< the former as a share of the latter
};

/// Of endpoint classes and route budgets, by method and endpoint.
[[nodiscard]] BudgetQueries endpoint_budgets(const PageSource& source, const Selectors& of, std::string_view window);
/// Of query budgets, by query_type and table, but for those of transactions, which have neither.
[[nodiscard]] BudgetQueries statement_budgets(const PageSource& source, std::string_view window);

/// A table of them, the one nearest to its budget, or furthest beyond it, first. `labels`: what they are by.
[[nodiscard]] Panel budget_table(const BudgetQueries& queries, std::vector<LabelColumn> labels, int most);

/// Each budget as a line, with its name.
[[nodiscard]] Query budget_lines(const BudgetQueries& queries);

}  // namespace vitals::tool
