#include <algorithm>
#include <iterator>
#include <set>

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
constexpr const char* kStatements = "db_query_duration_seconds";
constexpr const char* kTransactions = "db_transaction_duration_seconds";
constexpr const char* kStatementRate = "query_type_table:db_queries:rate5m";
constexpr const char* kTransactionRate = "job:db_transactions:rate5m";
// A second: of fewer, one slow statement is a percentile.
constexpr double kFew = 0.05;

bool is_of(const std::vector<std::string>& listed, const std::string& value) {
  return listed.empty() || std::ranges::find(listed, value) != listed.end();
}

// What any of the budgets names, and one that none does.
std::vector<Labels> statements_to_test(const std::vector<QueryBudget>& budgets) {
  std::set<std::string> types{"CALL"};
  std::set<std::string> tables{"another table"};
  for (const auto& budget : budgets) {
    types.insert(budget.query_types.begin(), budget.query_types.end());
    tables.insert(budget.tables.begin(), budget.tables.end());
  }
  std::vector<Labels> result;
  for (const auto& type : types) {
    for (const auto& table : tables) result.push_back({{"query_type", type}, {"table", table}});
  }
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
                   .query = name,
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
  const auto all = statements_to_test(draft.levels.query_budgets);
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
  const auto tested = statements_of(budget, statements_to_test(draft.levels.query_budgets)).front();
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
