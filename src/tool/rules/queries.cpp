#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "core/text/quantity.hpp"
#include "tool/rules/dependencies.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/record_test.hpp"
#include "tool/rules/threshold_alert.hpp"

namespace vitals::tool {
namespace {

using std::chrono::minutes;

constexpr const char* kDatabaseGroup = "database";
constexpr const char* kStatementRate = "query_type_table:db_queries:rate5m";
constexpr const char* kTransactionRate = "job:db_transactions:rate5m";
// A second: of fewer, one slow statement is a percentile.
constexpr double kFew = 0.05;

bool is_of(const std::vector<std::string>& listed, const std::string& value) {
  return listed.empty() || std::ranges::find(listed, value) != listed.end();
}

// Values that a budget lists, or one that none does; and so few that others list that tests of all budgets don't grow
// faster than their list.
struct Values {
  std::vector<std::string> own;
  std::vector<std::string> others;
};

Values values_to_test(const QueryBudget& budget, const std::vector<QueryBudget>& budgets,
                      std::vector<std::string> QueryBudget::*listed, const std::string& unlisted) {
  constexpr std::size_t kMostOthers = 8;
  const auto& own = budget.*listed;
  if (own.empty()) return {{unlisted}, {}};
  Values result{own, {}};
  std::set<std::string> others{unlisted};
  for (const auto& other : budgets) {
    for (const auto& value : other.*listed) {
      if (others.size() <= kMostOthers && !is_of(own, value)) others.insert(value);
    }
  }
  result.others.assign(others.begin(), others.end());
  return result;
}

// Each of its types with a table of its own, each of its tables with a type of its own; and the same of others.
std::vector<Labels> statements_to_test(const QueryBudget& budget, const std::vector<QueryBudget>& budgets) {
  const auto types = values_to_test(budget, budgets, &QueryBudget::query_types, "CALL");
  const auto tables = values_to_test(budget, budgets, &QueryBudget::tables, "another table");
  std::set<std::pair<std::string, std::string>> all;
  for (const auto* list : {&types.own, &types.others}) {
    for (const auto& type : *list) all.emplace(type, tables.own.front());
  }
  for (const auto* list : {&tables.own, &tables.others}) {
    for (const auto& table : *list) all.emplace(types.own.front(), table);
  }
  std::vector<Labels> result;
  for (const auto& [type, table] : all) result.push_back({{"query_type", type}, {"table", table}});
  return result;
}

std::vector<Labels> statements_of(const QueryBudget& budget, std::vector<Labels> all) {
  std::erase_if(all, [&budget](const Labels& labels) {
    return !is_of(budget.query_types, labels[0].second) || !is_of(budget.tables, labels[1].second);
  });
  return all;
}

void add_statement_rate(Draft& draft, const char* name, const std::string& by, const char* metric,
                        const Labels& labels) {
  const auto count = fmt::format("{}_count", metric);
  draft.record(kDatabaseGroup, name, draft.select.rate_by(by, count, kRateWindow));
  const auto of = [&labels](const char* instance) {
    auto all = labels;
    all.emplace_back("instance", instance);
    return all;
  };
  add_test(draft, {.record = name,
                   .what = "instances are summed",
                   .series = {{count, of("a"), {40, 60}}, {count, of("b"), {24, 36}}},
                   .labels = labels,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
}

ThresholdAlert alert_of(const QueryBudget& budget, std::string record, const std::string& value, Guard guard) {
  const auto limit = budget.alert.value_or(budget.target);
  const auto percentile = detail::percentile_name(budget.objective);
  const auto* what = budget.transactions ? "transactions" : "{{ $labels.query_type }} on {{ $labels.table }}";
  ThresholdAlert alert{
      .name = "DBQueryOverBudget",
      .labels = {{"severity", "warning"}, {"budget", budget.name}},
      .wait = budget.alert_after,
      .keep = minutes{2},
      .summary =
          fmt::format("{{{{ $labels.job }}}}: {} of {} is {{{{ $value | humanizeDuration }}}}", percentile, what),
      .description = fmt::format("It is above {}{}. {} within {} is promised.", detail::time_text(limit),
                                 for_time(budget.alert_after), detail::percent_text(budget.objective),
                                 detail::time_text(budget.target)),
      .value = value,
      .tested = {std::move(record), guard.tested.labels}};
  alert.guard = std::move(guard);
  set_limit(alert, ">", in_seconds(limit));
  return alert;
}

// That it fires for the statements of the budget, and for no others that are as slow.
void test_statements(Draft& draft, const Rule& rule, const QueryBudget& budget, const std::string& record,
                     double slow) {
  TestCase test{draft, rule.name, "of its statements alone", budget.alert_after};
  const auto end = test.steps(budget.alert_after) + 2;
  const auto with_job = [&draft](Labels labels) {
    labels.insert(labels.begin(), {"job", draft.job()});
    return labels;
  };
  const auto all = statements_to_test(budget, draft.levels.query_budgets);
  for (const auto& labels : all) {
    test.give(record, with_job(labels), test.line().hold(slow, end));
    test.give(kStatementRate, with_job(labels), test.line().hold(1, end));
  }
  std::vector<Labels> firing;
  std::ranges::transform(statements_of(budget, all), std::back_inserter(firing), with_job);
  test.expect_alerts(rule, end - 1, "firing", firing);
  test.add();
}

void add_statements(Draft& draft, const QueryBudget& budget) {
  const auto record = fmt::format("query_type_table:{}:{}", kStatements, percentile_suffix(budget.objective));
  Conditions conditions;
  if (!budget.query_types.empty()) conditions.push_back(one_of("query_type", budget.query_types));
  if (!budget.tables.empty()) conditions.push_back(one_of("table", budget.tables));
  const auto tested = statements_of(budget, statements_to_test(budget, draft.levels.query_budgets)).front();
  const auto alert =
      alert_of(budget, record, draft.select.series(record, conditions),
               {"job, query_type, table", draft.select.series(kStatementRate), kFew, {kStatementRate, tested}});
  const auto rule = add_alert(draft, draft.group(kDatabaseGroup), alert);
  test_statements(draft, rule, budget, record, alert.bad);
}

}  // namespace

void add_query_rules(Draft& draft) {
  std::set<double> of_statements;
  std::set<double> of_transactions;
  for (const auto& budget : draft.levels.query_budgets)
    (budget.transactions ? of_transactions : of_statements).insert(budget.objective);
  const Labels one{{"query_type", "SELECT"}, {"table", "users"}};
  if (!of_statements.empty()) add_statement_rate(draft, kStatementRate, "job, query_type, table", kStatements, one);
  for (const double objective : of_statements)
    add_percentile_by(draft, kDatabaseGroup, "query_type_table", one, kStatements, objective);
  if (!of_transactions.empty()) {
    add_statement_rate(draft, kTransactionRate, "job", kTransactions, {});
    add_bucket_rates(draft, kDatabaseGroup, kTransactions);
  }
  for (const double objective : of_transactions) add_percentile_of_all(draft, kDatabaseGroup, kTransactions, objective);
  for (const auto& budget : draft.levels.query_budgets) {
    if (!budget.transactions) {
      add_statements(draft, budget);
      continue;
    }
    const auto record = fmt::format("job:{}:{}", kTransactions, percentile_suffix(budget.objective));
    add_alert(draft, draft.group(kDatabaseGroup),
              alert_of(budget, record, draft.select.series(record),
                       {"job", draft.select.series(kTransactionRate), kFew, {kTransactionRate}}));
  }
}

}  // namespace vitals::tool
