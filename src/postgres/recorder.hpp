#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/counter.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/postgres/detail/call.hpp>
#include <vitals/postgres/detail/transaction_clock.hpp>
#include <vitals/postgres/metrics.hpp>
#include <vitals/registry.hpp>
#include <vitals/service_levels.hpp>

#include "core/registry/active_count.hpp"
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

  /// The series of a statement. Takes no lock if the statement is remembered, or its operation and table are, and
  /// allocates only for what is met for the first time of these. If the program's table_name throws, it is that of
  /// operation OTHER; null if there is no memory for it.
  const PgSeries* series(PgText kind, std::string_view text) noexcept;
  /// See PgMetrics::remember_prepared().
  void remember_prepared(std::string_view name, std::string_view sql);

  /// A statement that has ended.
  void record(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
              std::optional<std::size_t> rows, const PgError& error) noexcept;
  /// A transaction that has ended.
  void record(PgOutcome outcome, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds idle) noexcept;

  Registry& registry() noexcept { return registry_; }
  /// Statements under way.
  ActiveCount& in_flight() noexcept { return *in_flight_; }

 private:
  // Nothing is allocated, copied or read under the mutex but what is made of new operations, tables and names.
  struct Prepared {
    const PgSeries* series;
    std::shared_ptr<const std::string> sql;  // for reports, with its literals masked; null if there are none
  };
  using Labels = std::pair<std::string_view, std::string_view>;  // operation and table
  struct LessLabels {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard library's name
    template <class A, class B>
    bool operator()(const A& a, const B& b) const noexcept {
      return Labels{a.first, a.second} < Labels{b.first, b.second};
    }
  };

  const PgSeries* other() noexcept;
  /// The series of a statement. May call the program's table_name.
  const PgSeries& series_of_sql(std::string_view sql);
  /// That of an execution of a prepared statement, whose hash that is.
  const PgSeries& series_of_prepared(std::string_view name, std::uint64_t hash);
  const PgSeries& series_of(std::string_view operation, std::string_view table);
  /// The same, where it isn't remembered. REQUIRES: the mutex is held.
  const PgSeries& find_or_make(std::string_view operation, std::string_view table);
  /// The table's label, or the overflow label beyond the limit of tables. REQUIRES: the mutex is held.
  std::string_view limited(std::string_view table);
  /// Exports the budget of statements with that operation and label, if they have one.
  void set_budget(std::string_view operation, std::string_view label);
  /// What reports say of a prepared statement; null if it isn't known.
  [[nodiscard]] std::shared_ptr<const std::string> prepared_sql(std::string_view name);
  void report(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
              std::optional<std::size_t> rows, const PgError& error) noexcept;

  Registry& registry_;
  const std::vector<QueryBudget> budgets_;  // of PgOptions::levels
  const PgOptions options_;                 // without levels, which may be gone
  Family<Histogram, 2>& durations_;
  Family<Counter, 3>& errors_;
  Family<Counter, 2>& slow_;
  const std::shared_ptr<ActiveCount> in_flight_;
  Counter& table_overflow_;
  Counter& reports_dropped_;
  Family<Histogram, 1>& transactions_;
  // Made with the first transaction of its outcome. Release and acquire: it is complete when it is seen.
  std::array<std::atomic<Histogram*>, kPgOutcomes.size()> by_outcome_{};
  Histogram& transaction_idle_;
  Family<Gauge, 2>* budget_seconds_ = nullptr;  // null: there are no budgets
  RateLimit reports_;
  StatementCache cache_;                       // by the text
  StatementCache by_labels_;                   // by operation and table, for texts that are new
  std::mutex mutex_;                           // guards what follows
  std::set<std::string, std::less<>> tables_;  // it only grows
  std::map<std::pair<std::string, std::string>, PgSeries, LessLabels> series_;  // by operation and table label
  std::map<std::string, Prepared, std::less<>> prepared_;
};

}  // namespace vitals::detail
