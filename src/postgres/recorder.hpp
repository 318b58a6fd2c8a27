#pragma once

#include <array>
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

#include <vitals/postgres/detail/call.hpp>
#include <vitals/postgres/detail/transaction_clock.hpp>
#include <vitals/postgres/metrics.hpp>
#include <vitals/registry.hpp>

#include "postgres/rate_limit.hpp"
#include "postgres/statement_cache.hpp"

namespace vitals::detail {

// The metrics of all statements with one operation and one table. Never destroyed before the recorder.
struct PgSeries {
  std::string operation;
  std::string table;
  Histogram& duration;
  Counter& slow;
};

// What PgMetrics is made of.
class PgRecorder {
 public:
  PgRecorder(Registry& registry, PgOptions options);

  // The series of a statement. Lock-free if it was met before; never fails.
  const PgSeries& series(PgText kind, std::string_view text) noexcept;
  void remember_prepared(std::string_view name, std::string_view sql);

  void record(const PgSeries& series, PgText kind, std::string_view text, std::chrono::nanoseconds elapsed,
              std::optional<std::size_t> rows, const PgError& error) noexcept;
  void record(PgOutcome outcome, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds idle) noexcept;

  Registry& registry() noexcept { return registry_; }
  Gauge& in_flight() noexcept { return in_flight_; }

 private:
  struct Prepared {
    const PgSeries& series;
    std::string sql;
  };

  const PgSeries& series_of(const SqlStatement& statement);
  SqlStatement named(SqlStatement statement) const;
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
  std::array<Histogram*, kPgOutcomes.size()> transactions_;
  Histogram& transaction_idle_;
  RateLimit reports_;
  StatementCache cache_;
  std::mutex mutex_;  // guards what follows
  std::set<std::string, std::less<>> tables_;
  std::map<std::pair<std::string, std::string>, PgSeries> series_;  // by operation and table label
  std::map<std::string, Prepared, std::less<>> prepared_;
  const PgSeries* other_;    // for what can't be classified for lack of memory
  const PgSeries* execute_;  // for prepared statements that aren't known
};

}  // namespace vitals::detail
