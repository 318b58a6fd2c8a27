#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/postgres.hpp>
#include <vitals/vitals.hpp>

#include "postgres/allocations.hpp"
#include "postgres/database.hpp"
#include "postgres/rate_limit.hpp"
#include "postgres/statement_cache.hpp"

using namespace std::chrono_literals;
using testing::Test;
using vitals::detail::RateLimit;
using vitals::detail::StatementCache;

namespace {

// What PgMetrics does without a server: timed() with a function that is no query.
class PgMetrics : public DatabaseTest {
 protected:
  void SetUp() override {}
};

vitals::PgOptions reporting(std::vector<std::string>& reports) {
  return {.slow_query = 0s,
          .on_slow_query =
              [&reports](const vitals::SlowQuery& slow) {
                reports.push_back(std::string{slow.sql} + "|" + std::string{slow.operation} + "|" +
                                  std::string{slow.table} + "|" + std::string{slow.error_type});
              },
          .slow_queries_per_second = 100};
}

}  // namespace

TEST_F(PgMetrics, RecordsByOperationAndTable) {
  vitals::PgMetrics pg{registry};

  timed(pg, "SELECT * FROM Users WHERE id = 1", [] {});
  timed(pg, "SELECT * FROM Users WHERE id = 2", [] {});
  timed(pg, "SELECT 1", [] {});

  EXPECT_TRUE(counted("SELECT", "users", 2)) << text();
  EXPECT_TRUE(counted("SELECT", "none", 1)) << text();
  EXPECT_TRUE(exposes("db_slow_queries_total{query_type=\"SELECT\",table=\"users\"} 0"));
  EXPECT_TRUE(exposes("db_queries_in_flight 0"));
}

TEST_F(PgMetrics, HasABucketForEveryBudget) {
  vitals::PgMetrics pg{registry};
  timed(pg, "SELECT 1", [] {});

  for (const char* bound : {"0.01", "0.05", "0.1", "0.2"}) {
    EXPECT_NE(text().find("db_query_duration_seconds_bucket{query_type=\"SELECT\",table=\"none\",le=\"" +
                          std::string{bound} + "\"}"),
              std::string::npos)
        << bound;
  }
}

TEST_F(PgMetrics, PassesResultsAndExceptionsThrough) {
  vitals::PgMetrics pg{registry};
  int value = 1;

  int& reference = timed(pg, "SELECT 1", [&]() -> int& { return value; });
  EXPECT_EQ(&reference, &value);
  EXPECT_EQ(*timed(pg, "SELECT 1", [] { return std::make_unique<int>(7); }), 7);
  EXPECT_THROW(timed(pg, "SELECT 1", [] { throw std::out_of_range{"mine"}; }), std::out_of_range);

  EXPECT_TRUE(counted("SELECT", "none", 3));
  EXPECT_TRUE(failed("SELECT", "none", "client"));
}

TEST_F(PgMetrics, CountsStatementsInFlight) {
  vitals::PgMetrics pg{registry};
  timed(pg, "SELECT 1", [&] { EXPECT_TRUE(exposes("db_queries_in_flight 1")); });
  EXPECT_TRUE(exposes("db_queries_in_flight 0"));
}

TEST_F(PgMetrics, LimitsTableLabels) {
  vitals::PgMetrics pg{registry, {.max_tables = 2}};

  for (const char* table : {"a", "b", "c", "d", "a"}) timed(pg, std::string{"DELETE FROM "} + table, [] {});

  EXPECT_TRUE(counted("DELETE", "a", 2)) << text();
  EXPECT_TRUE(counted("DELETE", "b", 1));
  EXPECT_TRUE(counted("DELETE", "_overflow", 2));
  EXPECT_TRUE(exposes("db_table_label_overflow_total 2"));
}

TEST_F(PgMetrics, NamesTablesByTheHook) {
  vitals::PgMetrics pg{registry, {.table_name = vitals::collapse_digits, .max_tables = 1}};

  timed(pg, "INSERT INTO logs_2024_05_01 VALUES (1)", [] {});
  timed(pg, "INSERT INTO logs_2024_05_02 VALUES (1)", [] {});

  EXPECT_TRUE(counted("INSERT", "logs_*", 2)) << text();
}

TEST_F(PgMetrics, SurvivesAHookThatThrows) {
  vitals::PgMetrics pg{registry,
                       {.table_name = [](std::string_view) -> std::string { throw std::runtime_error{"hook"}; }}};
  EXPECT_EQ(timed(pg, "SELECT * FROM t", [] { return 3; }), 3);
  EXPECT_TRUE(counted("OTHER", "none", 1)) << text();
}

TEST_F(PgMetrics, IgnoresTheCommentAtTheEnd) {
  vitals::PgMetrics pg{registry};
  for (int i = 0; i < 3; ++i) timed(pg, "SELECT * FROM t /*traceparent='" + std::to_string(i) + "'*/", [] {});
  EXPECT_TRUE(counted("SELECT", "t", 3));
}

TEST_F(PgMetrics, IgnoresNoMoreThanTheCommentAtTheEnd) {
  vitals::PgMetrics pg{registry};
  timed(pg, "SELECT * /* cols */ FROM t -- note */", [] {});
  timed(pg, "SELECT * /* cols */ FROM u /* a /* b */ c */", [] {});
  EXPECT_TRUE(counted("SELECT", "t", 1)) << text();
  EXPECT_TRUE(counted("SELECT", "u", 1)) << text();
}

TEST_F(PgMetrics, ReportsSlowQueries) {
  std::vector<std::string> reports;
  vitals::PgMetrics pg{registry, reporting(reports)};

  timed(pg, "SELECT * FROM users WHERE name = 'secret'", [] {});
  EXPECT_THROW(timed(pg, "SELECT 1", [] { throw std::runtime_error{""}; }), std::runtime_error);

  EXPECT_EQ(reports, (std::vector<std::string>{"SELECT * FROM users WHERE name = ?|SELECT|users|",
                                               "SELECT ?|SELECT|none|client"}));
  EXPECT_TRUE(exposes("db_slow_queries_total{query_type=\"SELECT\",table=\"users\"} 1"));
}

TEST_F(PgMetrics, CutsTheReportBetweenCharacters) {
  std::vector<std::string> reports;
  vitals::PgOptions options = reporting(reports);
  options.slow_query_bytes = 8;
  vitals::PgMetrics pg{registry, std::move(options)};

  timed(pg, "SELECT ä FROM t", [] {});

  EXPECT_EQ(reports, (std::vector<std::string>{"SELECT |SELECT|t|"}));
}

TEST_F(PgMetrics, DropsReportsAboveTheRate) {
  std::vector<std::string> reports;
  vitals::PgOptions options = reporting(reports);
  options.slow_queries_per_second = 1e-6;
  vitals::PgMetrics pg{registry, std::move(options)};

  for (int i = 0; i < 5; ++i) timed(pg, "SELECT 1", [] {});

  EXPECT_EQ(reports.size(), 1u);
  EXPECT_TRUE(exposes("db_slow_query_reports_dropped_total 4")) << text();
}

TEST_F(PgMetrics, SurvivesACallbackThatThrows) {
  vitals::PgMetrics pg{registry, {.slow_query = 0s, .on_slow_query = [](const vitals::SlowQuery&) { throw 1; }}};
  EXPECT_EQ(timed(pg, "SELECT 1", [] { return 3; }), 3);
}

TEST_F(PgMetrics, RejectsANegativeRate) {
  EXPECT_THROW((vitals::PgMetrics{registry, {.slow_queries_per_second = -1}}), std::invalid_argument);
}

TEST_F(PgMetrics, SharesSeriesWithAnotherOnTheSameRegistry) {
  vitals::PgMetrics one{registry};
  vitals::PgMetrics other{registry};
  timed(one, "SELECT 1", [] {});
  timed(other, "SELECT 1", [] {});
  EXPECT_TRUE(counted("SELECT", "none", 2));
}

TEST_F(PgMetrics, AllocatesNothingForAKnownStatement) {
  vitals::PgMetrics pg{registry};
  const std::string sql = "SELECT a, b, c FROM a_table_with_a_long_name WHERE id = $1";
  timed(pg, sql, [] {});

  const std::size_t before = allocations();
  for (int i = 0; i < 1000; ++i) timed(pg, sql, [] {});

  EXPECT_EQ(allocations() - before, 0u);
}

// More texts than are remembered, as of programs that write values into their SQL.
TEST_F(PgMetrics, AllocatesNothingForNewTextsOfKnownTables) {
  vitals::PgMetrics pg{registry, {.max_tables = 1}};
  const std::string beginnings[] = {"SELECT a, b FROM \"A table with\".a_long_name WHERE id = ",
                                    "DELETE FROM a_table_beyond_the_limit WHERE id = ", "SELECT "};
  std::vector<std::string> texts;
  for (const std::string& beginning : beginnings) {
    for (int i = 0; i < 3000; ++i) texts.push_back(beginning + std::to_string(i));
    timed(pg, beginning + "0", [] {});
  }

  const std::size_t before = allocations();
  for (const std::string& sql : texts) timed(pg, sql, [] {});

  EXPECT_EQ(allocations() - before, 0u);
  EXPECT_TRUE(counted("SELECT", "A table with.a_long_name", 3001)) << text();
  EXPECT_TRUE(counted("DELETE", "_overflow", 3001)) << text();
  EXPECT_TRUE(counted("SELECT", "none", 3001)) << text();
}

TEST_F(PgMetrics, CountsEachNewTextOfATableBeyondTheLimit) {
  vitals::PgMetrics pg{registry, {.max_tables = 1}};
  timed(pg, "DELETE FROM a", [] {});
  for (int i = 0; i < 3; ++i) {
    for (const char* table : {"b", "c"})
      timed(pg, std::string{"DELETE FROM "} + table + " WHERE id = " + std::to_string(i), [] {});
  }
  EXPECT_TRUE(counted("DELETE", "_overflow", 6)) << text();
  EXPECT_TRUE(exposes("db_table_label_overflow_total 6")) << text();
}

// What lies beyond 64 KiB is not read, and doesn't make a text another one.
TEST_F(PgMetrics, RemembersTheBeginningOfALongText) {
  int calls = 0;
  vitals::PgMetrics pg{registry, {.table_name = [&](std::string_view table) {
                         ++calls;
                         return std::string{table};
                       }}};
  const std::string beginning = "INSERT INTO t VALUES ('" + std::string(65'536, 'x');
  for (int i = 0; i < 5; ++i) timed(pg, beginning + std::to_string(i) + "') /* " + std::to_string(i) + " */", [] {});

  EXPECT_TRUE(counted("INSERT", "t", 5)) << text();
  EXPECT_EQ(calls, 1);
}

TEST_F(PgMetrics, PreparedNameMeansWhatItWasGivenLast) {
  std::vector<std::string> reports;
  vitals::PgMetrics pg{registry, reporting(reports)};
  const auto execute = [&] { vitals::detail::record(pg, nullptr, vitals::detail::PgText::Prepared, "name", [] {}); };

  execute();
  pg.remember_prepared("name", "SELECT 'secret' FROM a");
  execute();
  pg.remember_prepared("name", "DELETE FROM b");
  execute();

  EXPECT_THAT(reports, testing::ElementsAre("EXECUTE name|EXECUTE|none|", "SELECT ? FROM a|SELECT|a|",
                                            "DELETE FROM b|DELETE|b|"));
}

TEST_F(PgMetrics, RecordsFromManyThreads) {
  vitals::PgMetrics pg{registry, {.max_tables = 50}};
  constexpr int kThreads = 8;
  constexpr int kRounds = 2000;

  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&pg, t] {
      for (int i = 0; i < kRounds; ++i) {
        // Some shared, some its own, more than the cache holds.
        timed(pg,
              "SELECT * FROM t" + std::to_string(i % 40) +
                  " WHERE a = " + std::to_string(i % 3 == 0 ? i * kThreads + t : 0),
              [] {});
        if (i % 100 == 0) pg.remember_prepared("name" + std::to_string(i % 700), "SELECT * FROM t1");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(counted("SELECT", "t" + std::to_string(i), kThreads * kRounds / 40)) << text();
  }
}

TEST(StatementCache, GivesWhatWasPutLast) {
  StatementCache cache;
  vitals::Registry registry;
  int a = 0;
  int b = 0;
  const auto& first = reinterpret_cast<const vitals::detail::PgSeries&>(a);
  const auto& second = reinterpret_cast<const vitals::detail::PgSeries&>(b);

  EXPECT_EQ(cache.find(0), nullptr);
  EXPECT_EQ(cache.find(5), nullptr);
  cache.put(5, first);
  EXPECT_EQ(cache.find(5), &first);
  cache.put(5 + 1024 * 77, second);  // the same slot
  EXPECT_EQ(cache.find(5), nullptr);
  EXPECT_EQ(cache.find(5 + 1024 * 77), &second);
}

TEST(RateLimit, HoldsOneSecondsWorth) {
  RateLimit limit{2};
  const RateLimit::Clock::time_point start{100s};

  EXPECT_TRUE(limit.take(start));
  EXPECT_TRUE(limit.take(start));
  EXPECT_FALSE(limit.take(start));
  EXPECT_FALSE(limit.take(start + 400ms));
  EXPECT_TRUE(limit.take(start + 600ms));
  EXPECT_TRUE(limit.take(start + 1h));
  EXPECT_TRUE(limit.take(start + 1h));
  EXPECT_FALSE(limit.take(start + 1h));
}

TEST(RateLimit, OfZeroGivesNothing) {
  RateLimit limit{0};
  EXPECT_FALSE(limit.take(RateLimit::Clock::time_point{100s}));
}
