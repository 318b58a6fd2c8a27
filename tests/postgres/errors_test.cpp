#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/postgres.hpp>

#include "postgres/database.hpp"

// error_type of what libpqxx throws; the exceptions themselves pass through unchanged.

namespace {

class PgErrors : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (!IsSkipped()) connection = std::make_unique<pqxx::connection>(dsn());
  }

  template <class Exception>
  void expect_failure(const std::string& sql, const std::string& query_type, const std::string& table,
                      const std::string& error_type) {
    vitals::PgTransaction tx{pg, *connection};
    EXPECT_THROW(tx.exec(sql), Exception) << sql;
    EXPECT_TRUE(failed(query_type, table, error_type)) << sql << "\n" << text();
  }

  // A table of this test alone that other connections see, gone at its end.
  struct SharedTable {
    explicit SharedTable(const std::string& of) : dsn{of} {
      run("DROP TABLE IF EXISTS " + name + "; CREATE TABLE " + name + " (id int, n int)");
    }
    ~SharedTable() { run("DROP TABLE " + name); }
    void run(const std::string& sql) const {
      pqxx::connection connection{dsn};
      pqxx::work tx{connection};
      tx.exec(sql);
      tx.commit();
    }
    std::string dsn;
    std::string name = std::string{"errors_test_"} + testing::UnitTest::GetInstance()->current_test_info()->name();
  };

  vitals::PgMetrics pg{registry};
  std::unique_ptr<pqxx::connection> connection;
};

}  // namespace

TEST_F(PgErrors, ByClass) {
  expect_failure<pqxx::syntax_error>("SELECT FROM WHERE", "SELECT", "where", "42");
  expect_failure<pqxx::undefined_table>("SELECT * FROM no_such_table", "SELECT", "no_such_table", "42");
  expect_failure<pqxx::data_exception>("SELECT 1/0", "SELECT", "none", "22");
  expect_failure<pqxx::sql_error>("DO $$ BEGIN RAISE 'mine'; END $$", "DO", "none", "other");
}

TEST_F(PgErrors, ByCodeWhereItMatters) {
  pqxx::work{*connection}.exec("SELECT 1");
  pqxx::nontransaction{*connection}.exec("CREATE TEMP TABLE t (id int PRIMARY KEY, n int NOT NULL)");

  expect_failure<pqxx::unique_violation>("INSERT INTO t VALUES (1, 1), (1, 1)", "INSERT", "t", "23505");
  expect_failure<pqxx::not_null_violation>("INSERT INTO t VALUES (1, NULL)", "INSERT", "t", "23");
  expect_failure<pqxx::sql_error>("SET LOCAL statement_timeout = 20; SELECT pg_sleep(10)", "SELECT", "none", "57014");
}

TEST_F(PgErrors, OfTheWrongNumberOfRowsIsNoFailureOfTheDatabase) {
  vitals::PgTransaction tx{pg, *connection};
  EXPECT_THROW(tx.exec1("SELECT 1 WHERE false"), pqxx::unexpected_rows);
  EXPECT_TRUE(failed("SELECT", "none", "rows")) << text();
  EXPECT_NO_THROW(tx.exec("SELECT 1"));
}

TEST_F(PgErrors, OfSerialization) {
  const SharedTable table{dsn()};
  table.run("INSERT INTO " + table.name + " VALUES (1, 1)");
  vitals::PgTransaction<pqxx::transaction<pqxx::isolation_level::serializable>> tx{pg, *connection};
  tx.exec("SELECT * FROM " + table.name);
  table.run("UPDATE " + table.name + " SET n = 2");

  EXPECT_THROW(tx.exec("UPDATE " + table.name + " SET n = 3"), pqxx::serialization_failure);

  std::string label = vitals::classify_sql("TABLE " + table.name).table;
  EXPECT_TRUE(failed("UPDATE", label, "40001")) << text();
}

// The server looks for a cycle once per wait, deadlock_timeout after its begin: who closes the cycle must look, and is
// the victim.
TEST_F(PgErrors, OfDeadlock) {
  const SharedTable table{dsn()};
  table.run("INSERT INTO " + table.name + " VALUES (1, 1), (2, 2)");
  const auto update = [&](auto& tx, int id) {
    tx.exec("UPDATE " + table.name + " SET n = 0 WHERE id = " + std::to_string(id));
  };
  pqxx::connection second{dsn()};
  pqxx::work other{second};
  const std::string other_pid = other.exec("SELECT pg_backend_pid()")[0][0].as<std::string>();
  other.exec("SET LOCAL deadlock_timeout = '1h'");
  update(other, 2);
  {
    vitals::PgTransaction mine{pg, *connection};
    mine.exec("SET LOCAL deadlock_timeout = '10ms'");
    update(mine, 1);
    std::thread waiting{[&] { update(other, 1); }};

    mine.exec("DO $$ BEGIN FOR i IN 1..2000 LOOP EXIT WHEN cardinality(pg_blocking_pids(" + other_pid +
              ")) > 0; PERFORM pg_sleep(0.01); END LOOP; END $$");
    EXPECT_THROW(update(mine, 2), pqxx::deadlock_detected);
    mine.abort();
    waiting.join();
  }
  EXPECT_NE(text().find("error_type=\"40P01\"} 1"), std::string::npos) << text();
}

TEST_F(PgErrors, OfALockThatIsNotAvailable) {
  const SharedTable table{dsn()};
  pqxx::connection second{dsn()};
  pqxx::work holder{second};
  holder.exec("LOCK TABLE " + table.name);

  vitals::PgTransaction tx{pg, *connection};
  EXPECT_THROW(tx.exec("LOCK TABLE " + table.name + " NOWAIT"), pqxx::sql_error);
  EXPECT_NE(text().find("error_type=\"55P03\"} 1"), std::string::npos) << text();
}

TEST_F(PgErrors, OfAConnectionThatBreaks) {
  {
    vitals::PgTransaction tx{pg, *connection};
    EXPECT_ANY_THROW(tx.exec("SELECT pg_terminate_backend(pg_backend_pid())"));
  }
  EXPECT_TRUE(failed("SELECT", "none", "08") || failed("SELECT", "none", "57")) << text();
  EXPECT_TRUE(exposes("db_transaction_duration_seconds_count{outcome=\"error\"} 1")) << text();
  EXPECT_EQ(text().find("ROLLBACK"), std::string::npos) << "nothing was sent";
}

// PostgreSQL uses these codes for more than connections that end.
TEST_F(PgErrors, OfAConnectionsClassOnOneThatLives) {
  std::vector<std::string> sqlstates;
  vitals::Registry own;
  vitals::PgMetrics reporting{own,
                              {.slow_query = std::chrono::seconds{0},
                               .on_slow_query =
                                   [&](const vitals::SlowQuery& slow) {
                                     if (!slow.error_type.empty()) sqlstates.emplace_back(slow.sqlstate);
                                   },
                               .slow_queries_per_second = 1000}};
  const auto expose = [&](const std::string& line) {
    return ("\n" + vitals::to_text(own)).find("\n" + line + "\n") != std::string::npos;
  };
  {
    vitals::PgTransaction tx{reporting, *connection};
    EXPECT_ANY_THROW(tx.exec_params("SELECT $1::int + $2::int", 1));  // 08P01
  }
  EXPECT_TRUE(expose("db_query_errors_total{query_type=\"SELECT\",table=\"none\",error_type=\"08\"} 1"));
  for (const std::string code : {"08006", "57P01", "57P02", "57P03"}) {
    vitals::PgTransaction tx{reporting, *connection};
    EXPECT_ANY_THROW(tx.exec_params("DO $$ BEGIN RAISE 'no' USING ERRCODE = '" + code + "'; END $$"));
  }
  EXPECT_TRUE(connection->is_open());
  EXPECT_TRUE(expose("db_query_errors_total{query_type=\"DO\",table=\"none\",error_type=\"08\"} 1"));
  EXPECT_TRUE(expose("db_query_errors_total{query_type=\"DO\",table=\"none\",error_type=\"57\"} 3"));
  EXPECT_TRUE(expose("db_transaction_duration_seconds_count{outcome=\"rollback\"} 5")) << vitals::to_text(own);
  EXPECT_TRUE(expose("db_query_duration_seconds_count{query_type=\"ROLLBACK\",table=\"none\"} 5"));
#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 8)
  const std::string protocol = "08P01";
#else
  const std::string protocol;  // libpqxx doesn't tell
#endif
  EXPECT_EQ(sqlstates, (std::vector<std::string>{protocol, "", "57P01", "57P02", "57P03"}));
}

// Nobody has sent an SQLSTATE.
TEST_F(PgErrors, OfAConnectionThatIsRefusedHaveNoSqlstate) {
  vitals::detail::PgError error;
  try {
    pqxx::connection{"host=/nonexistent connect_timeout=2"};
  } catch (...) {
    error = vitals::detail::describe_current_exception();
  }
  EXPECT_EQ(error.type, "08");
  EXPECT_STREQ(error.sqlstate.data(), "");
}

TEST_F(PgErrors, OfACommitWhoseConnectionBreaks) {
  vitals::PgTransaction tx{pg, *connection};
  const std::string pid = tx.exec1("SELECT pg_backend_pid()")[0].as<std::string>();
  pqxx::connection second{dsn()};
  pqxx::work{second}.exec("SELECT pg_terminate_backend(" + pid + ", 10000)");

  EXPECT_ANY_THROW(tx.commit());

  EXPECT_TRUE(exposes("db_transaction_duration_seconds_count{outcome=\"in_doubt\"} 1") ||
              exposes("db_transaction_duration_seconds_count{outcome=\"error\"} 1"))
      << text();
}
