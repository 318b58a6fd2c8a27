#include <chrono>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/postgres.hpp>

#include "postgres/database.hpp"

using namespace std::chrono_literals;

namespace {

class PgTransaction : public DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    connection = std::make_unique<pqxx::connection>(dsn());
    pqxx::work tx{*connection};
    tx.exec("CREATE TEMP TABLE users (id int PRIMARY KEY, name text NOT NULL)");
    tx.exec("INSERT INTO users VALUES (1, 'one'), (2, 'two'), (3, 'three')");
    tx.commit();
  }

  [[nodiscard]] bool ended(const std::string& outcome, int n) const {
    const std::string series = "db_transaction_duration_seconds_count{outcome=\"" + outcome + "\"} ";
    return n == 0 ? text().find(series) == std::string::npos : exposes(series + std::to_string(n));
  }

  vitals::PgMetrics pg{registry};
  std::unique_ptr<pqxx::connection> connection;
};

int rows_of(pqxx::work& tx) { return static_cast<int>(tx.exec("SELECT * FROM users").size()); }
int rows_of_base(pqxx::transaction_base& tx) { return static_cast<int>(tx.exec("SELECT * FROM users").size()); }

}  // namespace

TEST_F(PgTransaction, RecordsStatementsAndItself) {
  vitals::PgTransaction tx{pg, *connection};
  static_assert(std::is_same_v<decltype(tx), vitals::PgTransaction<pqxx::work>>);
  const pqxx::result result = tx.exec("SELECT * FROM users");
  tx.commit();

  EXPECT_EQ(result.size(), 3);
  EXPECT_TRUE(counted("BEGIN", "none", 1)) << text();
  EXPECT_TRUE(counted("SELECT", "users", 1));
  EXPECT_TRUE(counted("COMMIT", "none", 1));
  EXPECT_TRUE(ended("commit", 1));
  EXPECT_TRUE(ended("rollback", 0));
  EXPECT_TRUE(exposes("db_transaction_idle_seconds_count 1"));
}

TEST_F(PgTransaction, HasEveryExec) {
  pg.prepare(*connection, "by_id", "SELECT * FROM users WHERE id = $1");
  pg.prepare(*connection, "nothing", "DELETE FROM users WHERE id = -1");
  vitals::PgTransaction tx{pg, *connection};

  EXPECT_EQ(tx.exec(std::string{"SELECT * FROM users"}).size(), 3);
  EXPECT_EQ(tx.exec0("DELETE FROM users WHERE false").affected_rows(), 0u);
  EXPECT_EQ(tx.exec1("SELECT count(*) FROM users")[0].as<int>(), 3);
  EXPECT_EQ(tx.exec_n(3, "SELECT * FROM users").size(), 3);
  EXPECT_EQ(tx.exec_params("SELECT * FROM users WHERE id > $1 AND name <> $2", 1, "two").size(), 1);
  EXPECT_EQ(tx.exec_params0("UPDATE users SET name = $1 WHERE id = $2", std::string{"neo"}, 1).affected_rows(), 1u);
  EXPECT_EQ(tx.exec_params1("SELECT name FROM users WHERE id = $1", 1)[0].as<std::string>(), "neo");
  EXPECT_EQ(tx.exec_params_n(std::size_t{1}, "SELECT * FROM users WHERE id = $1", 2).size(), 1);
  EXPECT_EQ(tx.exec_prepared("by_id", 3).size(), 1);
  EXPECT_EQ(tx.exec_prepared0("nothing").affected_rows(), 0u);
  EXPECT_EQ(tx.exec_prepared1(std::string{"by_id"}, 3)["name"].as<std::string>(), "three");
  EXPECT_EQ(tx.exec_prepared_n(std::size_t{1}, "by_id", 3).size(), 1);

  EXPECT_TRUE(counted("SELECT", "users", 9)) << text();
  EXPECT_TRUE(counted("DELETE", "users", 2));
  EXPECT_TRUE(counted("UPDATE", "users", 1));
}

TEST_F(PgTransaction, TakesEveryKindOfText) {
  vitals::PgTransaction tx{pg, *connection};
  const char* pointer = "SELECT 1 FROM users";
  const std::string string = pointer;

  tx.exec(pointer);
  tx.exec(string);
  tx.exec("SELECT 1 FROM users");
#if PQXX_VERSION_MAJOR < 7
  std::stringstream stream;
  stream << "SELECT 1 FROM users";
  EXPECT_EQ(tx.exec(stream, "a description").size(), 3);
#else
  EXPECT_EQ(tx.exec(std::string_view{string}).size(), 3);
#endif

  EXPECT_TRUE(counted("SELECT", "users", 4)) << text();
}

#if PQXX_VERSION_MAJOR > 7 || (PQXX_VERSION_MAJOR == 7 && PQXX_VERSION_MINOR >= 10)
TEST_F(PgTransaction, HasTheQueriesOfLibpqxx7) {
  pg.prepare(*connection, "by_id", "SELECT * FROM users WHERE id = $1");
  vitals::PgTransaction tx{pg, *connection};

  EXPECT_EQ(tx.exec("SELECT * FROM users WHERE id = $1", pqxx::params{2}).size(), 1);
  EXPECT_EQ(tx.exec(pqxx::prepped{"by_id"}, pqxx::params{3}).size(), 1);
  EXPECT_EQ(tx.query_value<int>("SELECT count(*) FROM users"), 3);
  EXPECT_EQ(std::get<1>(tx.query1<int, std::string>("SELECT id, name FROM users WHERE id = 2")), "two");
  EXPECT_FALSE((tx.query01<int>("SELECT id FROM users WHERE false").has_value()));
  int sum = 0;
  for (auto [id] : tx.query<int>("SELECT id FROM users")) sum += id;
  for (auto [id] : tx.query_n<int>(3, "SELECT id FROM users")) sum += id;
  tx.for_query("SELECT id FROM users", [&](int id) { sum += id; });
  tx.for_stream("SELECT id FROM users", [&](int id) { sum += id; });
  EXPECT_EQ(sum, 24);

  EXPECT_TRUE(counted("SELECT", "users", 9)) << text();
}

TEST_F(PgTransaction, TimesAStreamToItsEnd) {
  vitals::PgTransaction tx{pg, *connection};
  int sum = 0;
  for (auto [id, name] : tx.stream<int, std::string>(std::string{"SELECT id, name FROM users"})) {
    EXPECT_TRUE(exposes("db_queries_in_flight 1"));
    sum += id;
  }
  EXPECT_EQ(sum, 6);
  EXPECT_TRUE(counted("SELECT", "users", 1)) << text();

  EXPECT_THROW(for ([[maybe_unused]] auto [id]
                    : tx.stream<int>("SELECT name FROM users")) sum = 0,
               pqxx::conversion_error);
  EXPECT_TRUE(failed("SELECT", "users", "client")) << text();
}
#endif

TEST_F(PgTransaction, RollsBackAtItsEnd) {
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("DELETE FROM users");
  }

  pqxx::work check{*connection};
  EXPECT_EQ(rows_of(check), 3);
  EXPECT_TRUE(counted("ROLLBACK", "none", 1)) << text();
  EXPECT_TRUE(ended("rollback", 1));
}

TEST_F(PgTransaction, RecordsAnAbortOnce) {
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.abort();
  }
  EXPECT_TRUE(counted("ROLLBACK", "none", 1));
  EXPECT_TRUE(ended("rollback", 1));
}

TEST_F(PgTransaction, RecordsACommitThatFails) {
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("CREATE TEMP TABLE deferred (a int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    tx.exec("INSERT INTO deferred VALUES (1), (1)");
    EXPECT_THROW(tx.commit(), pqxx::unique_violation);
  }
  EXPECT_TRUE(failed("COMMIT", "none", "23505")) << text();
  EXPECT_TRUE(ended("error", 1));
  EXPECT_TRUE(ended("rollback", 0));
}

// The server answers the COMMIT of an aborted transaction with ROLLBACK, which is no error, and libpqxx tells nobody.
TEST_F(PgTransaction, CommitOfAnAbortedOneIsARollback) {
  const auto fail = [](auto& tx) { EXPECT_ANY_THROW(tx.exec_params("INSERT INTO users VALUES ($1, 'again')", 1)); };
  const auto commit = [](auto& tx) {
    try {
      tx.commit();
    } catch (const std::exception&) {  // of robusttransaction, and of libpqxx 6 after an exec() that failed
    }
  };
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("DELETE FROM users WHERE id = 3");
    fail(tx);
    commit(tx);
  }
  EXPECT_TRUE(ended("rollback", 1)) << text();
  {
    vitals::PgTransaction tx{pg, *connection};
    EXPECT_THROW(tx.exec("INSERT INTO users VALUES (1, 'again')"), pqxx::unique_violation);
    commit(tx);
  }
  EXPECT_TRUE(ended("rollback", 2)) << text();
  {  // a failure that only libpqxx saw
    vitals::PgTransaction tx{pg, *connection};
    fail(tx.base());
    commit(tx);
  }
  EXPECT_TRUE(ended("rollback", 3)) << text();
  {
    vitals::PgTransaction<pqxx::transaction<pqxx::isolation_level::serializable>> tx{pg, *connection};
    fail(tx);
    commit(tx);
  }
  EXPECT_TRUE(ended("rollback", 4)) << text();
  {
    vitals::PgTransaction<pqxx::robusttransaction<>> tx{pg, *connection};
    fail(tx);
    commit(tx);
  }
  EXPECT_TRUE(ended("rollback", 5)) << text();
  {  // a COMMIT that nobody timed
    vitals::PgTransaction tx{pg, *connection};
    fail(tx);
    commit(tx.base());
  }
  EXPECT_TRUE(ended("rollback", 6)) << text();

  EXPECT_TRUE(ended("commit", 0));
  EXPECT_TRUE(ended("error", 0));
  pqxx::work check{*connection};
  EXPECT_EQ(rows_of(check), 3);
}

TEST_F(PgTransaction, CommitOfOneThatRecoveredIsACommit) {
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("SAVEPOINT s");
    EXPECT_ANY_THROW(tx.exec_params("INSERT INTO users VALUES ($1, 'again')", 1));
    tx.exec_params("ROLLBACK TO s");
    tx.commit();
  }
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("SAVEPOINT s");
    EXPECT_ANY_THROW(tx.exec_params("INSERT INTO users VALUES ($1, 'again')", 1));
    tx.base().exec_params("ROLLBACK TO s");
    tx.commit();
  }
  {
    vitals::PgTransaction tx{pg, *connection};
    {
      vitals::PgTransaction<pqxx::subtransaction> sub{pg, tx.base()};
      EXPECT_THROW(sub.exec("INSERT INTO users VALUES (1, 'again')"), pqxx::unique_violation);
    }
    tx.commit();
  }
  {
    vitals::PgTransaction tx{pg, *connection};
    EXPECT_ANY_THROW(tx.exec1("SELECT * FROM users"));  // too many rows are no fault of the statement
    tx.commit();
  }
  EXPECT_TRUE(ended("commit", 4)) << text();
  EXPECT_TRUE(ended("rollback", 0));
}

TEST_F(PgTransaction, IsATransactionToOthers) {
  vitals::PgTransaction tx{pg, *connection};

  EXPECT_EQ(rows_of(tx), 3);
  EXPECT_EQ(rows_of_base(tx), 3);
  EXPECT_EQ(&tx.base(), tx.operator->());
  EXPECT_EQ(tx->quote("it's"), "'it''s'");

  EXPECT_TRUE(text().find("query_type=\"SELECT\"") == std::string::npos) << "the calls inside are libpqxx's";
}

TEST_F(PgTransaction, WorksOnOtherTransactionTypes) {
  using Serializable = vitals::PgTransaction<pqxx::transaction<pqxx::isolation_level::serializable>>;
  Serializable tx{pg, *connection};
  EXPECT_EQ(tx.exec1("SHOW transaction_isolation")[0].as<std::string>(), "serializable");
  {
    vitals::PgTransaction<pqxx::subtransaction> sub{pg, tx.base()};
    sub.exec("DELETE FROM users");
    sub.commit();
  }
  { vitals::PgTransaction<pqxx::subtransaction> sub{pg, tx.base()}; }
  tx.commit();

  EXPECT_TRUE(counted("SAVEPOINT", "none", 2)) << text();
  EXPECT_TRUE(counted("RELEASE", "none", 1));
  EXPECT_TRUE(counted("ROLLBACK", "none", 1));
  EXPECT_TRUE(ended("commit", 1)) << "a savepoint is no transaction";
}

TEST_F(PgTransaction, OfNontransactionRecordsStatementsOnly) {
  {
    vitals::PgTransaction<pqxx::nontransaction> tx{pg, *connection};
    tx.exec("SELECT 1");
    tx.commit();
  }
  EXPECT_TRUE(counted("SELECT", "none", 1));
  EXPECT_TRUE(text().find("COMMIT") == std::string::npos);
  EXPECT_TRUE(ended("commit", 0));
}

TEST_F(PgTransaction, CommitThroughTheBaseIsACommit) {
  {
    vitals::PgTransaction tx{pg, *connection};
    tx.exec("UPDATE users SET name = name");
    pqxx::work& base = tx;
    base.commit();
  }
  EXPECT_TRUE(ended("commit", 1)) << text();
  EXPECT_TRUE(ended("error", 0));
  EXPECT_FALSE(counted("ROLLBACK", "none", 1));
  EXPECT_FALSE(failed("ROLLBACK", "none", "client"));
}

TEST_F(PgTransaction, RollbackOfALostConnectionIsAnError) {
  vitals::PgTransaction tx{pg, *connection};
  pqxx::connection other{dsn()};
  pqxx::nontransaction{other}.exec("SELECT pg_terminate_backend(" + std::to_string(connection->backendpid()) +
                                   ", 5000)");
  tx.abort();
  EXPECT_TRUE(ended("error", 1)) << text();
  EXPECT_TRUE(ended("rollback", 0));
}

// As a statement in the callback of for_query() is.
TEST_F(PgTransaction, StatementsWithinAStatementCountOnceAsBusy) {
  vitals::detail::PgSpan span;
  const auto start = std::chrono::steady_clock::now();
  vitals::detail::record(pg, &span, vitals::detail::PgText::Sql, "SELECT 1", [&] {
    vitals::detail::record(pg, &span, vitals::detail::PgText::Sql, "SELECT 2",
                           [] { std::this_thread::sleep_for(20ms); });
  });
  EXPECT_GE(span.busy, 20ms);
  EXPECT_LE(span.busy, std::chrono::steady_clock::now() - start);
}

TEST_F(PgTransaction, DecoratesAnExistingOne) {
  pqxx::work work{*connection};
  auto view = vitals::timed(pg, work);

  EXPECT_EQ(view.exec1("SELECT count(*) FROM users")[0].as<int>(), 3);
  vitals::timed(pg, "SELECT * FROM users", [&] { return work.exec("SELECT * FROM users"); });

  EXPECT_TRUE(counted("SELECT", "users", 2)) << text();
  EXPECT_TRUE(ended("rollback", 0));
}

TEST_F(PgTransaction, KnowsPreparedStatementsByName) {
  connection->prepare("unknown", "SELECT * FROM users");
  pg.prepare(*connection, "known", "SELECT * FROM users");
  vitals::PgTransaction tx{pg, *connection};

  tx.exec_prepared("unknown");
  tx.exec_prepared("known");
  pg.remember_prepared("unknown", "SELECT * FROM users");
  tx.exec_prepared("unknown");

  EXPECT_TRUE(counted("EXECUTE", "none", 1)) << text();
  EXPECT_TRUE(counted("SELECT", "users", 2));
}

TEST_F(PgTransaction, ReportsSlowQueriesWithTheirRows) {
  struct Report {
    std::string sql;
    std::optional<std::size_t> rows;
    std::chrono::nanoseconds duration;
  };
  std::vector<Report> reports;
  vitals::Registry own;
  vitals::PgMetrics slow{own, {.slow_query = 20ms, .on_slow_query = [&](const vitals::SlowQuery& query) {
                                 reports.push_back({std::string{query.sql}, query.rows, query.duration});
                               }}};
  slow.prepare(*connection, "sleep", "SELECT pg_sleep($1), 'x' FROM users WHERE id < 3");
  vitals::PgTransaction tx{slow, *connection};

  tx.exec("SELECT 1");
  tx.exec("SELECT pg_sleep(0.03) FROM users WHERE name = 'one'");
  tx.exec_prepared("sleep", 0.02);

  std::erase_if(reports, [](const Report& report) {
    return report.sql == "SELECT ?" || report.sql == "BEGIN";
  });  // a busy machine
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].sql, "SELECT pg_sleep(?) FROM users WHERE name = ?");
  EXPECT_EQ(reports[0].rows, 1u);
  EXPECT_GE(reports[0].duration, 30ms);
  EXPECT_EQ(reports[1].sql, "SELECT pg_sleep($1), ? FROM users WHERE id < ?");
  EXPECT_EQ(reports[1].rows, 2u);
}
