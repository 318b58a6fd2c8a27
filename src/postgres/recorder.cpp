#include "postgres/recorder.hpp"

#include <algorithm>
#include <cstdint>
#include <stdexcept>

#include <vitals/postgres/sql.hpp>

#include "postgres/sql/sql_lexer.hpp"
#include "postgres/sql/sql_parser.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxPrepared = 1000;
constexpr std::string_view kOverflow = "_overflow";

PgOptions checked_options(PgOptions options) {
  if (!(options.slow_queries_per_second >= 0)) {
    throw std::invalid_argument{"vitals::PgOptions: slow_queries_per_second must be 0 or more; 0 stops the callbacks"};
  }
  if (options.levels != nullptr) options.buckets = options.levels->query_buckets(options.buckets);
  options.levels = nullptr;
  return options;
}

std::vector<QueryBudget> statement_budgets(const PgOptions& options) {
  if (options.levels == nullptr) return {};
  options.levels->check();
  auto budgets = options.levels->query_budgets;
  std::erase_if(budgets, [](const QueryBudget& budget) { return budget.transactions; });
  return budgets;
}

bool has_or_is_empty(const std::vector<std::string>& all, std::string_view one) {
  return all.empty() || std::ranges::find(all, one) != all.end();
}

constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio

// A name is no SQL text, even if they look the same.
std::uint64_t hash_of(PgText kind, std::string_view text) noexcept {
  return StatementCache::hash(text) ^ (kind == PgText::Prepared ? kOdd : 0);
}

// What of a statement tells its operation and table. Of a text of any length it is no more than is classified.
std::string_view significant(std::string_view sql) noexcept {
  return sql.size() > SqlLexer::kMaxBytes ? sql.substr(0, SqlLexer::kMaxBytes) : without_last_comment(sql);
}

}  // namespace

PgRecorder::PgRecorder(Registry& registry, PgOptions options)
    : registry_{registry},
      budgets_{statement_budgets(options)},
      options_{checked_options(std::move(options))},
      durations_{registry.histogram(
          "db_query_duration_seconds",
          "Time per SQL statement, by operation and table, from the call to its result or exception.",
          {"query_type", "table"}, options_.buckets)},
      errors_{registry.counter("db_query_errors_total", "SQL statements that ended in an exception, by SQLSTATE class.",
                               {"query_type", "table", "error_type"})},
      slow_{registry.counter("db_slow_queries_total", "SQL statements that took at least the slow-query threshold.",
                             {"query_type", "table"})},
      in_flight_{ActiveCount::of(registry, "db_queries_in_flight", "SQL statements under way.")},
      table_overflow_{registry.counter("db_table_label_overflow_total",
                                       "Statement look-ups whose table was over the limit of table labels.")},
      reports_dropped_{registry.counter("db_slow_query_reports_dropped_total",
                                        "Slow queries that weren't reported, since there were too many per second.")},
      transactions_{registry.histogram("db_transaction_duration_seconds",
                                       "Time per transaction, from BEGIN to its end.", {"outcome"}, options_.buckets)},
      transaction_idle_{registry.histogram("db_transaction_idle_seconds",
                                           "Time per transaction in which none of its statements was under way.",
                                           options_.buckets)},
      reports_{options_.slow_queries_per_second} {
  if (!budgets_.empty()) {
    budget_seconds_ = &registry.gauge("db_query_budget_seconds", "The time within which a SQL statement should end.",
                                      {"query_type", "table"}, {.unit = "seconds"});
  }
}

const PgSeries* PgRecorder::series(PgText kind, std::string_view text) noexcept {
  const std::string_view key = kind == PgText::Sql ? significant(text) : text;
  const std::uint64_t hash = hash_of(kind, key);
  if (const PgSeries* known = cache_.find(hash)) return known;
  try {
    if (kind == PgText::Prepared) return &series_of_prepared(key, hash);
    const PgSeries& series = series_of_sql(key);
    cache_.put(hash, series);
    return &series;
  } catch (...) {  // no memory, or a table_name that throws
    return other();
  }
}

const PgSeries* PgRecorder::other() noexcept {
  try {
    return &series_of("OTHER", "none");
  } catch (...) {
    return nullptr;
  }
}

const PgSeries& PgRecorder::series_of_sql(std::string_view sql) {
  const SqlFound found = SqlParser{sql}.run();
  char text[SqlRelation::kMaxBytes];
  std::string_view table{text, found.table.put(text)};
  std::string named;
  if (!table.empty() && options_.table_name) table = named = options_.table_name(table);
  return series_of(found.operation, table.empty() ? "none" : table);
}

// Looks and puts under the lock, as remember_prepared() does: neither puts what the other has made old.
const PgSeries& PgRecorder::series_of_prepared(std::string_view name, std::uint64_t hash) {
  const std::lock_guard lock{mutex_};
  const auto found = prepared_.find(name);
  const PgSeries& series = found != prepared_.end() ? *found->second.series : find_or_make("EXECUTE", "none");
  cache_.put(hash, series);
  return series;
}

void PgRecorder::remember_prepared(std::string_view name, std::string_view sql) {
  std::map<std::string, Prepared, std::less<>> made;
  Prepared& prepared = made.try_emplace(std::string{name}, Prepared{&series_of_sql(sql), nullptr}).first->second;
  if (options_.on_slow_query)
    prepared.sql = std::make_shared<const std::string>(mask_sql(sql, options_.slow_query_bytes));

  const std::lock_guard lock{mutex_};
  const auto found = prepared_.find(name);
  if (found != prepared_.end()) {
    std::swap(found->second, prepared);
  } else if (prepared_.size() < kMaxPrepared) {
    prepared_.merge(made);
  } else {
    return;
  }
  cache_.put(hash_of(PgText::Prepared, name), *prepared_.find(name)->second.series);
}

const PgSeries& PgRecorder::series_of(std::string_view operation, std::string_view table) {
  const std::uint64_t hash = StatementCache::hash(operation) * kOdd ^ StatementCache::hash(table);
  const PgSeries* known = by_labels_.find(hash);
  if (known != nullptr && known->operation == operation) {
    if (known->table == table) return *known;
    if (known->table == kOverflow) {  // the table was beyond the limit, and so it is now
      table_overflow_.inc();
      return *known;
    }
  }
  const std::lock_guard lock{mutex_};
  const PgSeries& series = find_or_make(operation, table);
  by_labels_.put(hash, series);
  return series;
}

const PgSeries& PgRecorder::find_or_make(std::string_view operation, std::string_view table) {
  const std::string_view label = limited(table);
  if (const auto found = series_.find(Labels{operation, label}); found != series_.end()) return found->second;
  std::pair key{std::string{operation}, std::string{label}};
  PgSeries series{key.first, key.second, durations_.with(operation, label), slow_.with(operation, label)};
  set_budget(operation, label);
  return series_.emplace(std::move(key), std::move(series)).first->second;
}

// The least of those that it has.
void PgRecorder::set_budget(std::string_view operation, std::string_view label) {
  std::optional<std::chrono::nanoseconds> least;
  for (const auto& budget : budgets_) {
    if (has_or_is_empty(budget.query_types, operation) && has_or_is_empty(budget.tables, label))
      least = std::min(least.value_or(budget.target), budget.target);
  }
  if (least) budget_seconds_->with(operation, label).set(static_cast<double>(least->count()) / 1e9);
}

std::string_view PgRecorder::limited(std::string_view table) {
  if (table == "none" || tables_.contains(table)) return table;
  if (tables_.size() >= options_.max_tables) {
    table_overflow_.inc();
    return kOverflow;
  }
  tables_.emplace(table);
  return table;
}

void PgRecorder::record(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
                        std::optional<std::size_t> rows, const PgError& error) noexcept {
  series.duration.observe(elapsed);
  if (!error.type.empty()) {
    try {
      errors_.with(series.operation, series.table, error.type).inc();
    } catch (...) {  // no memory for a new series
    }
  }
  if (elapsed >= options_.slow_query) {
    series.slow.inc();
    if (options_.on_slow_query) report(series, kind, text, elapsed, rows, error);
  }
}

void PgRecorder::record(PgOutcome outcome, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds idle) noexcept {
  transaction_idle_.observe(idle);
  std::atomic<Histogram*>& known = by_outcome_[static_cast<std::size_t>(outcome)];
  Histogram* series = known.load(std::memory_order_acquire);
  if (series == nullptr) {
    try {
      series = &transactions_.with(kPgOutcomes[static_cast<std::size_t>(outcome)]);
      known.store(series, std::memory_order_release);
    } catch (...) {  // no memory for the series
      return;
    }
  }
  series->observe(elapsed);
}

std::shared_ptr<const std::string> PgRecorder::prepared_sql(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = prepared_.find(name);
  return found == prepared_.end() ? nullptr : found->second.sql;
}

void PgRecorder::report(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
                        std::optional<std::size_t> rows, const PgError& error) noexcept {
  if (!reports_.take(RateLimit::Clock::now())) return reports_dropped_.inc();
  try {
    std::string sql;
    if (kind == PgText::Sql) {
      sql = mask_sql(text, options_.slow_query_bytes);
    } else if (const auto prepared = prepared_sql(text)) {
      sql = *prepared;
    } else {
      sql = "EXECUTE " + std::string{text};
    }
    options_.on_slow_query(SlowQuery{sql, series.operation, series.table, elapsed, rows, error.type,
                                     std::string_view{error.sqlstate.data()}});
  } catch (...) {  // of the program's callback, or for lack of memory: the caller of the query must not see it
  }
}

}  // namespace vitals::detail
