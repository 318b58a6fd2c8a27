#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/buckets.hpp>
#include <vitals/postgres/sql.hpp>

namespace vitals {

class Registry;
struct ServiceLevels;
namespace detail {
class PgRecorder;
}

/// A statement that took at least PgOptions::slow_query. The texts are valid during the callback.
struct SlowQuery {
  /// The statement, or the SQL of a prepared one, with ? for its literals, cut to PgOptions::slow_query_bytes.
  std::string_view sql;
  std::string_view operation;  ///< the label query_type
  std::string_view table;      ///< the label table
  std::chrono::nanoseconds duration;
  std::optional<std::size_t> rows;  ///< returned or affected; empty where the kind of call doesn't tell
  std::string_view error_type;      ///< the label of db_query_errors_total; empty: it succeeded
  std::string_view sqlstate;  ///< five characters; empty: it succeeded, failed outside the server, or libpqxx hides it
};

struct PgOptions {
  /// From this duration on a statement is slow.
  std::chrono::nanoseconds slow_query = std::chrono::seconds{1};
  /// Called for a slow statement, in the thread that ran it, with no lock held. What it throws is dropped.
  std::function<void(const SlowQuery&)> on_slow_query = {};
  /// The label of a table, for instance vitals::collapse_digits. Called when a statement is met for the first time.
  std::function<std::string(std::string_view table)> table_name = {};
  /// Statements on further tables share the label _overflow. db_table_label_overflow_total counts the look-ups that
  /// gave it; a statement whose text is remembered needs no look-up.
  std::size_t max_tables = 200;
  /// The most of a statement that SlowQuery::sql holds.
  std::size_t slow_query_bytes = 200;
  /// The most calls of on_slow_query; slow statements beyond that count in db_slow_query_reports_dropped_total.
  double slow_queries_per_second = 10;
  /// The buckets of all durations except those of pools.
  Buckets buckets = {.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .2, .25, .5, 1, 2.5, 5, 10};
  /// Read by the constructor: each threshold of a query budget becomes a bound of the buckets, and
  /// db_query_budget_seconds{query_type,table} is exported. Refused if there are mistakes in them, or a threshold is
  /// not below the last bound.
  const ServiceLevels* levels = nullptr;
};

/// The metrics of a program's PostgreSQL queries; PgTransaction, timed() and PgPool record into it.
/// Thread-safe: any member from any thread.
/// Cost: a statement whose text was met before: two readings of the clock and about 60 ns, without lock or allocation;
/// a new one takes classify_sql() more, a short lock if its operation and table were not met lately, and memory if they
/// are new (bench/postgres). 36 KiB, and the series.
/// Lifetime: must not outlive the registry; must outlive the transactions, views and pools that were made with it.
///
/// Exports db_query_duration_seconds{query_type,table}, db_query_errors_total{query_type,table,error_type},
/// db_slow_queries_total{query_type,table}, db_queries_in_flight, db_transaction_duration_seconds{outcome},
/// db_transaction_idle_seconds, with PgOptions::levels db_query_budget_seconds{query_type,table},
/// db_table_label_overflow_total and db_slow_query_reports_dropped_total. query_type and table are those of
/// classify_sql(), with table "none" where there is none. error_type is the class of the SQLSTATE
/// ("23"), the whole of it for 23505, 40001, 40P01, 55P03 and 57014, in_doubt, rows (another number of rows than
/// exec1() and its kin expect), client (an error on this side), or other.
class PgMetrics {
 public:
  /// Throws std::invalid_argument if an option makes no sense, or if the registry holds these names otherwise.
  explicit PgMetrics(Registry& registry, PgOptions options = {});
  PgMetrics(const PgMetrics&) = delete;
  PgMetrics& operator=(const PgMetrics&) = delete;
  ~PgMetrics();

  /// Prepares a statement on the connection and remembers its SQL, so that executions are recorded by what they do. A
  /// name means the same SQL on every connection. Executions of a name that isn't known have query_type "EXECUTE".
  template <class Connection>
  void prepare(Connection& connection, const std::string& name, const std::string& sql) {
    connection.prepare(name, sql);
    remember_prepared(name, sql);
  }
  /// For statements that were prepared elsewhere. Up to 1000 names are kept.
  void remember_prepared(std::string_view name, std::string_view sql);

  [[nodiscard]] Registry& registry() const noexcept;
  [[nodiscard]] detail::PgRecorder& recorder() const noexcept { return *recorder_; }

 private:
  std::unique_ptr<detail::PgRecorder> recorder_;
};

}  // namespace vitals
