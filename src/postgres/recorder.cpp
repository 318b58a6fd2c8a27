#include "postgres/recorder.hpp"

#include <cstdint>
#include <stdexcept>

#include "postgres/sql/sql_lexer.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMaxPrepared = 1000;

PgOptions checked_options(PgOptions options) {
  if (!(options.slow_queries_per_second >= 0)) {
    throw std::invalid_argument{"vitals::PgOptions: slow_queries_per_second must be 0 or more; 0 stops the callbacks"};
  }
  return options;
}

std::uint64_t hash_of(PgText kind, std::string_view text) noexcept {
  constexpr std::uint64_t kPreparedSeed = 0x9E3779B97F4A7C15;  // a name is no SQL text, even if they look the same
  return StatementCache::hash(text) ^ (kind == PgText::Prepared ? kPreparedSeed : 0);
}

}  // namespace

PgRecorder::PgRecorder(Registry& registry, PgOptions options)
    : registry_{registry},
      options_{checked_options(std::move(options))},
      durations_{registry.histogram(
          "db_query_duration_seconds",
          "Time per SQL statement, by operation and table, from the call to its result or exception.",
          {"query_type", "table"}, options_.buckets)},
      errors_{registry.counter("db_query_errors_total", "SQL statements that ended in an exception, by SQLSTATE class.",
                               {"query_type", "table", "error_type"})},
      slow_{registry.counter("db_slow_queries_total", "SQL statements that took at least the slow-query threshold.",
                             {"query_type", "table"})},
      in_flight_{registry.gauge("db_queries_in_flight", "SQL statements under way.")},
      table_overflow_{registry.counter("db_table_label_overflow_total",
                                       "Statement look-ups whose table was over the limit of table labels.")},
      reports_dropped_{registry.counter("db_slow_query_reports_dropped_total",
                                        "Slow queries that weren't reported, since there were too many per second.")},
      transactions_{registry.histogram("db_transaction_duration_seconds",
                                       "Time per transaction, from BEGIN to its end.", {"outcome"}, options_.buckets)},
      transaction_idle_{registry.histogram("db_transaction_idle_seconds",
                                           "Time per transaction in which none of its statements was under way.",
                                           options_.buckets)},
      reports_{options_.slow_queries_per_second} {}

const PgSeries* PgRecorder::series(PgText kind, std::string_view text) noexcept {
  const std::string_view key = kind == PgText::Sql ? without_last_comment(text) : text;
  const std::uint64_t hash = hash_of(kind, key);
  if (const PgSeries* known = cache_.find(hash)) return known;
  try {
    const SqlStatement statement = kind == PgText::Sql ? named(classify_sql(key)) : SqlStatement{};
    const std::lock_guard lock{mutex_};
    const PgSeries* series = nullptr;
    if (kind == PgText::Sql) {
      series = &series_of(statement);
    } else if (const auto found = prepared_.find(key); found != prepared_.end()) {
      series = &found->second.series;
    } else {
      series = &series_of({"EXECUTE", "none"});
    }
    cache_.put(hash, *series);
    return series;
  } catch (...) {  // no memory, or a table_name that throws
    return other();
  }
}

const PgSeries* PgRecorder::other() noexcept {
  try {
    const std::lock_guard lock{mutex_};
    return &series_of({"OTHER", "none"});
  } catch (...) {
    return nullptr;
  }
}

void PgRecorder::remember_prepared(std::string_view name, std::string_view sql) {
  const SqlStatement statement = named(classify_sql(sql));
  const std::lock_guard lock{mutex_};
  const PgSeries& series = series_of(statement);
  const auto found = prepared_.find(name);
  if (found != prepared_.end()) {
    prepared_.erase(found);
  } else if (prepared_.size() == kMaxPrepared) {
    return;
  }
  prepared_.emplace(name, Prepared{series, std::string{sql}});
  cache_.put(hash_of(PgText::Prepared, name), series);
}

SqlStatement PgRecorder::named(SqlStatement statement) const {
  if (!statement.table.empty() && options_.table_name) statement.table = options_.table_name(statement.table);
  if (statement.table.empty()) statement.table = "none";
  return statement;
}

const PgSeries& PgRecorder::series_of(const SqlStatement& statement) {
  std::pair key{statement.operation, limited(statement.table)};
  if (const auto found = series_.find(key); found != series_.end()) return found->second;
  PgSeries series{key.first, key.second, durations_.with(key.first, key.second), slow_.with(key.first, key.second)};
  return series_.emplace(std::move(key), std::move(series)).first->second;
}

std::string PgRecorder::limited(const std::string& table) {
  if (table == "none" || tables_.contains(table)) return table;
  if (tables_.size() >= options_.max_tables) {
    table_overflow_.inc();
    return "_overflow";
  }
  return *tables_.insert(table).first;
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

void PgRecorder::report(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
                        std::optional<std::size_t> rows, const PgError& error) noexcept {
  if (!reports_.take(RateLimit::Clock::now())) return reports_dropped_.inc();
  try {
    std::string sql;
    if (kind == PgText::Sql) {
      sql = mask_sql(text, options_.slow_query_bytes);
    } else {
      const std::lock_guard lock{mutex_};
      const auto found = prepared_.find(text);
      sql = found != prepared_.end() ? mask_sql(found->second.sql, options_.slow_query_bytes)
                                     : "EXECUTE " + std::string{text};
    }
    options_.on_slow_query(SlowQuery{sql, series.operation, series.table, elapsed, rows, error.type,
                                     std::string_view{error.sqlstate.data()}});
  } catch (...) {  // of the program's callback, or for lack of memory: the caller of the query must not see it
  }
}

}  // namespace vitals::detail
