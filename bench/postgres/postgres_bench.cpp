#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vitals/postgres.hpp>
#include <vitals/vitals.hpp>

namespace {

using Clock = std::chrono::steady_clock;

// 261 bytes, as the clinic sends it.
const std::string kStatement =
    "SELECT a.id, a.starts_at, a.duration_minutes, a.status, c.id, c.name, s.id, s.name FROM appointments a "
    "JOIN clients c ON c.id = a.client_id JOIN services s ON s.id = a.service_id "
    "WHERE a.starts_at >= $1 AND a.starts_at < $2 ORDER BY a.starts_at LIMIT 100 OFFSET 0";

// What the wrapper does around a statement; the statement itself takes no time.
struct Vitals {
  vitals::Registry registry;
  vitals::PgMetrics metrics{registry};
  void statement() {
    vitals::detail::record(metrics, nullptr, vitals::detail::PgText::Sql, kStatement, [] {});
  }
};

// The same by hand, without classification: operation and table are given.
struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram().Name("db_query_duration_seconds").Help("A.").Register(registry);
  prometheus::Gauge& in_flight =
      prometheus::BuildGauge().Name("db_queries_in_flight").Help("A.").Register(registry).Add({});
  const vitals::Buckets buckets = vitals::PgOptions{}.buckets;
  const prometheus::Histogram::BucketBoundaries bounds{buckets.bounds().begin(), buckets.bounds().end()};
  void statement() {
    in_flight.Increment();
    const auto start = Clock::now();
    const std::chrono::duration<double> took = Clock::now() - start;
    durations.Add({{"query_type", "SELECT"}, {"table", "appointments"}}, bounds).Observe(took.count());
    in_flight.Decrement();
  }
};

struct Bare {
  void statement() {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(Clock::now() - start);
  }
};

template <class Subject>
void pg_statement(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->statement();
  }
}

// What a statement costs that was not met before.
void pg_classify(benchmark::State& state) {
  std::string_view statement = kStatement;
  for (auto _ : state) {
    benchmark::DoNotOptimize(statement);
    benchmark::DoNotOptimize(vitals::classify_sql(statement));
  }
}

// The same with a text that is new, and a table that is not.
void pg_new_statement(benchmark::State& state) {
  static vitals::Registry registry;
  static vitals::PgMetrics metrics{registry};
  std::string sql = kStatement + " -- 000000000";
  std::uint64_t n = static_cast<std::uint64_t>(state.thread_index()) * 100'000'000;
  for (auto _ : state) {
    std::uint64_t rest = n++;
    for (std::size_t i = 1; i <= 9; ++i, rest /= 10) sql[sql.size() - i] = static_cast<char>('0' + rest % 10);
    vitals::detail::record(metrics, nullptr, vitals::detail::PgText::Sql, sql, [] {});
  }
}

// With tables beyond PgOptions::max_tables, so many that none is remembered.
void pg_new_table(benchmark::State& state) {
  static vitals::Registry registry;
  static vitals::PgMetrics metrics{registry, {.max_tables = 0}};
  std::vector<std::string> statements;
  for (int i = 0; i < 8'192; ++i) statements.push_back("SELECT * FROM table_" + std::to_string(i) + " WHERE id = $1");
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 4'000;
  for (auto _ : state)
    vitals::detail::record(metrics, nullptr, vitals::detail::PgText::Sql, statements[i++ & 8'191], [] {});
}

BENCHMARK_TEMPLATE(pg_statement, Vitals)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(pg_statement, PrometheusCpp)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(pg_statement, Bare)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK(pg_classify);
BENCHMARK(pg_new_statement)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK(pg_new_table)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
