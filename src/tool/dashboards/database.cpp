#include <utility>

#include <fmt/core.h>

#include "tool/dashboards/budgets.hpp"
#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"
#include "tool/rules/dependencies.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kByStatement = "query_type, table";
constexpr const char* kStatementLegend = "{{query_type}} {{table}}";
constexpr const char* kByPool = "instance, pool";
constexpr const char* kPoolLegend = "{{instance}} {{pool}}";

std::vector<Panel> statements(const PageSource& source) {
  const auto& live = source.live;
  auto times = statements_panel(source, 24);
  times.link.clear();
  return {std::move(times),
          lines("Statements", "Statements a second by type and table: db_query_duration_seconds_count.", "ops",
                live.rate_by(kByStatement, "db_query_duration_seconds_count", kLive), kStatementLegend),
          lines("Where the time goes", "Statements under way on average: db_query_duration_seconds_sum.", "short",
                live.rate_by(kByStatement, "db_query_duration_seconds_sum", kLive), kStatementLegend),
          lines("In flight", "Statements under way now: db_queries_in_flight.", "short",
                fmt::format("sum by (instance) ({})", live.series("db_queries_in_flight")), "{{instance}}"),
          if_any(lines("Errors",
                       "Statements a second that ended in an exception, by SQLSTATE class: "
                       "db_query_errors_total.",
                       "ops", live.rate_by("query_type, table, error_type", "db_query_errors_total", kLive),
                       "{{query_type}} {{table}} {{error_type}}"),
                 "No statement failed"),
          if_any(lines("Slow statements",
                       "Statements a second that took at least slow_query: "
                       "db_slow_queries_total.",
                       "ops", live.rate_by(kByStatement, "db_slow_queries_total", kLive), kStatementLegend),
                 "No statement was slow"),
          if_any(lines("Transactions",
                       "Transactions a second by how they ended: "
                       "db_transaction_duration_seconds_count.",
                       "ops", live.rate_by("outcome", "db_transaction_duration_seconds_count", kLive), "{{outcome}}"),
                 "No transaction ended")};
}

std::vector<Panel> transactions(const PageSource& source) {
  const auto& live = source.live;
  auto times = lines("Transactions, p95", "From BEGIN to the end, by how it ended: db_transaction_duration_seconds.",
                     "s", percentile(live, 0.95, "outcome", kTransactions), "{{outcome}}");
  times.if_empty = "No transaction ended";
  auto idle = lines("Idle in transactions, p95",
                    "Per transaction, the time in which none of its statements was under way: "
                    "db_transaction_idle_seconds.",
                    "s", percentile(live, 0.95, "", "db_transaction_idle_seconds"), "idle");
  idle.if_empty = "No transaction ended";
  return {std::move(times), std::move(idle)};
}

std::vector<Panel> pools(const PageSource& source) {
  const auto& live = source.live;
  const auto by_pool = [&live](const char* metric) {
    return fmt::format("sum by ({}) ({})", kByPool, live.series(metric));
  };
  auto usage = pool_panel(source, 8);
  usage.link.clear();
  auto connections = lines("Connections",
                           "In use or being made, waiting to be used, and the most that there may be: "
                           "db_pool_connections_active, _idle, _max.",
                           "short", by_pool("db_pool_connections_active"), "{{instance}} {{pool}} in use");
  connections.queries.push_back({.expr = by_pool("db_pool_connections_idle"), .legend = "{{instance}} {{pool}} idle"});
  connections.queries.push_back(
      {.expr = by_pool("db_pool_connections_max"), .legend = "{{instance}} {{pool}} most", .is_dashed = true});
  return {std::move(usage),
          std::move(connections),
          lines("Waiting", "Threads that wait for a connection: db_pool_waiters.", "short", by_pool("db_pool_waiters"),
                kPoolLegend),
          lines("Wait for a connection, p95", "db_pool_wait_seconds, without the time to connect.", "s",
                percentile(live, 0.95, kByPool, "db_pool_wait_seconds"), kPoolLegend),
          lines("Time in use, p95", "For how long a connection was borrowed: db_pool_use_seconds.", "s",
                percentile(live, 0.95, kByPool, "db_pool_use_seconds"), kPoolLegend),
          if_any(lines("Timeouts", "Waits a second that were given up: db_pool_acquire_timeouts_total.", "ops",
                       live.rate_by(kByPool, "db_pool_acquire_timeouts_total", kLive), kPoolLegend),
                 "No wait was given up"),
          if_any(lines("Failures to connect",
                       "Connections a second that could not be made: "
                       "db_pool_create_failures_total.",
                       "ops", live.rate_by("pool, error_type", "db_pool_create_failures_total", kLive),
                       "{{pool}} {{error_type}}"),
                 "Every connection could be made"),
          if_any(lines("Closed", "Connections a second that the pool closed, by why: db_pool_closed_total.", "ops",
                       live.rate_by("pool, reason", "db_pool_closed_total", kLive), "{{pool}} {{reason}}"),
                 "No connection was closed"),
          if_any(lines("New connections, p95", "Time to connect: db_pool_create_seconds.", "s",
                       percentile(live, 0.95, "pool", "db_pool_create_seconds"), "{{pool}}"),
                 "No connection was made")};
}

}  // namespace

Dashboard database_page(const PageSource& source) {
  Dashboard page{.name = "database",
                 .title = "Database",
                 .description = "PostgreSQL as the service meets it: statements, transactions, pools of connections.",
                 .rows = {}};
  const auto budgets = statement_budgets(source, kLive);
  if (!budgets.used.empty()) {
    auto table = budget_table(budgets, {{"query_type", "Type"}, {"table", "Table"}}, 0);
    table.title = "Budgets";
    table.description =
        "What statements, and transactions, use of their query budgets; over 100 % they are slower than promised. One "
        "that has not run shows no time.";
    page.rows.push_back({"Against what is promised", {std::move(table)}});
  }
  page.rows.push_back({"Statements", statements(source)});
  page.rows.push_back({"Transactions", transactions(source)});
  page.rows.push_back({"Pools", pools(source)});
  return page;
}

}  // namespace vitals::tool
