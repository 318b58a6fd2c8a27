#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/counter.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/postgres/detail/call.hpp>
#include <vitals/postgres/detail/transaction_clock.hpp>
#include <vitals/postgres/metrics.hpp>
#include <vitals/postgres/sql.hpp>
#include <vitals/registry.hpp>

#include "postgres/rate_limit.hpp"
#include "postgres/statement_cache.hpp"

namespace vitals::detail {

/// The metrics of all statements with one operation and one table. Lives as long as the recorder.
struct PgSeries {
  std::string operation;
  std::string table;
  Histogram& duration;
  Counter& slow;
};

/// Records statements and transactions that have ended; owned by a PgMetrics. Thread-safe.
class PgRecorder {
 public:
  PgRecorder(Registry& registry, PgOptions options);

  /// The series of a statement. Takes no lock if the statement is remembered. If the program's table_name throws, it is
  /// that of operation OTHER; null if there is no memory for it.
  const PgSeries* series(PgText kind, std::string_view text) noexcept;
  /// See PgMetrics::remember_prepared().
  void remember_prepared(std::string_view name, std::string_view sql);

  /// A statement that has ended.
  void record(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
              std::optional<std::size_t> rows, const PgError& error) noexcept;
  /// A transaction that has ended.
  void record(PgOutcome outcome, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds idle) noexcept;

  Registry& registry() noexcept { return registry_; }
  Gauge& in_flight() noexcept { return in_flight_; }

 private:
  struct Prepared {
    const PgSeries& series;
    std::string sql;
  };

  const PgSeries* other() noexcept;
  /// The statement with the label of its table in place of the table. REQUIRES: the mutex is not held, since this calls
  /// the program.
  SqlStatement named(SqlStatement statement) const;
  /// The series of a named() statement. REQUIRES: the mutex is held.
  const PgSeries& series_of(const SqlStatement& statement);
  /// The table's label, or the overflow label beyond the limit of tables. REQUIRES: the mutex is held.
  std::string limited(const std::string& table);
  void report(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
              std::optional<std::size_t> rows, const PgError& error) noexcept;

  Registry& registry_;
  const PgOptions options_;
  Family<Histogram, 2>& durations_;
  Family<Counter, 3>& errors_;
  Family<Counter, 2>& slow_;
  Gauge& in_flight_;
  Counter& table_overflow_;
  Counter& reports_dropped_;
  Family<Histogram, 1>& transactions_;
  // Made with the first transaction of its outcome. Release and acquire: it is complete when it is seen.
  std::array<std::atomic<Histogram*>, kPgOutcomes.size()> by_outcome_{};
  Histogram& transaction_idle_;
  RateLimit reports_;
  StatementCache cache_;
  std::mutex mutex_;  // guards what follows
  std::set<std::string, std::less<>> tables_;
  std::map<std::pair<std::string, std::string>, PgSeries> series_;  // by operation and table label
  std::map<std::string, Prepared, std::less<>> prepared_;
};

}  // namespace vitals::detail
