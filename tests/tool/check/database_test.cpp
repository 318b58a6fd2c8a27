// vitals check --database, by the real executable and a real PostgreSQL.
#include <deque>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include "tool/check/database_server.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class DatabaseCheckOfServer : public DatabaseCheckTest {
 protected:
  void SetUp() override {
    run("CREATE EXTENSION pg_stat_statements");
    run("CREATE TABLE clients (id int PRIMARY KEY, name text)");
    run("INSERT INTO clients SELECT n, 'Client' FROM generate_series(1, 20000) AS n");
    flush();
    run("SELECT pg_stat_reset()");
    run("ANALYZE clients");
    run("SELECT pg_stat_statements_reset()");
  }

  void repeat(int n, const std::string& sql) {
    for (int i = 0; i < n; ++i) run(sql);
  }
  static std::string levels(const std::string& budget) {
    return temporary_file("levels.yml", "query_budgets:\n  - " + budget + "\n");
  }
};

TEST_F(DatabaseCheckOfServer, ListsWhatIsSlowByMeanAndByTotal) {
  repeat(30, "SELECT name FROM clients WHERE id = 4711");
  run("SELECT count(*), 'geheim' /* geheim */ FROM clients a, clients b WHERE a.id < 200 AND b.name = 'geheim'");
  run("ALTER ROLE vitals PASSWORD 'geheim'");

  const auto result = check();

  EXPECT_EQ(result.err, "");
  EXPECT_THAT(result.out, ContainsRegex("statements with the longest mean\n[^\n]*statement\n"));
  EXPECT_THAT(result.out,
              ContainsRegex("\n[^\n]+  1 [^\n]+ SELECT count\\(\\*\\), [$]1 FROM clients a, clients b WHERE "
                            "a.id < [$]2 AND b.name = [$]3\n"));
  EXPECT_THAT(result.out, ContainsRegex("\n[^\n]+  30 [^\n]+ SELECT name FROM clients WHERE id = [$]1\n"));
  EXPECT_THAT(result.out, AllOf(HasSubstr("statements with the longest total"), HasSubstr("  ALTER\n"),
                                HasSubstr("\nstatements: since 20"), Not(HasSubstr("geheim")),
                                Not(HasSubstr("pg_stat_statements_info"))));
  EXPECT_THAT(line_of(result.out, "postgres slowest mean"), ContainsRegex(" ok +30 "));
}

TEST_F(DatabaseCheckOfServer, BudgetIsMetOrMissedByWhatIsProven) {
  repeat(100, "SELECT name FROM clients WHERE id = 4711");

  const auto met = check({"--config", levels("{name: simple, tables: [clients], target: 10s}")});
  EXPECT_THAT(line_of(met.out, "postgres simple queries p95"),
              ContainsRegex("<= [0-9.]+ ms .* ok +100 .*SELECT clients"));

  const auto missed = check({"--config", levels("{name: simple, tables: [clients], target: 0.1us}")});
  EXPECT_EQ(missed.status, 1) << missed.out;
  EXPECT_THAT(line_of(missed.out, "postgres simple queries p95"), ContainsRegex("> 0[.0-9]+ ms .* warning +100 "));
  EXPECT_EQ(check({"--config", levels("{name: simple, tables: [clients], target: 0.1us, critical: 0.2us}")}).status, 2);
}

TEST_F(DatabaseCheckOfServer, WindowCountsWhatHappenedInIt) {
  repeat(30, "SELECT name FROM clients WHERE id = 4711");

  const auto result = check({"--duration", "1ms"});

  EXPECT_THAT(line_of(result.out, "postgres slowest mean"), HasSubstr("skipped"));
  EXPECT_THAT(result.out, AllOf(ContainsRegex("^PostgreSQL 1[0-9.]+, database vitals over "), Not(HasSubstr("since"))));
}

// BEGIN and COMMIT of the check can't be told from those of others; its other statements are left out by their comment.
TEST_F(DatabaseCheckOfServer, OwnStatementsAreNeitherListedNorCounted) {
  repeat(30, "SELECT name FROM clients WHERE id = 4711");
  ASSERT_EQ(check().status, 0);

  const auto result = check({"--format", "json"});

  for (const auto* type : {"BEGIN", "COMMIT", "SET"})
    EXPECT_THAT(result.out, Not(HasSubstr(std::string("\"query_type\": \"") + type)));
  EXPECT_GT(run("SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'BEGIN%'")[0][0].as<int>(), 0);
  EXPECT_EQ(run("SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'SET LOCAL%'")[0][0].as<int>(), 0);
}

TEST_F(DatabaseCheckOfServer, LockWaitIsToldWithTheBlocker) {
  pqxx::connection waiting{dsn()};
  const auto pid_of = [](pqxx::connection& one) { return run(one, "SELECT pg_backend_pid()")[0][0].as<std::string>(); };
  const auto blocker = pid_of(session);
  const auto waiter = pid_of(waiting);
  run("BEGIN");
  run("UPDATE clients SET name = 'geheim' WHERE id = 1");
  std::thread update([&] { run(waiting, "UPDATE clients SET name = 'geheim' WHERE id = 1"); });
  pqxx::connection watching{dsn()};
  while (run(watching,
             "SELECT count(*) FROM pg_locks, pg_sleep(0.05) "
             "WHERE clock_timestamp() - waitstart > interval '1 second'")[0][0]
             .as<int>() == 0) {
  }

  const auto result = run_tool({"check", "--database", dsn()});
  run("ROLLBACK");
  update.join();

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(
      line_of(result.out, "postgres longest lock wait"),
      AllOf(HasSubstr("warning"), HasSubstr("pid " + waiter + ", UPDATE clients, waits for ShareLock on transactionid"),
            HasSubstr("pid " + blocker + " blocks it, idle in transaction, in its transaction for "),
            HasSubstr("last: UPDATE clients")));
  EXPECT_THAT(result.out, Not(HasSubstr("geheim")));
  EXPECT_THAT(line_of(check().out, "postgres longest lock wait"), HasSubstr("nothing waits"));
}

TEST_F(DatabaseCheckOfServer, ConnectionsNearTheLimitAreMissed) {
  EXPECT_THAT(line_of(check().out, "postgres connections"),
              ContainsRegex(" 10.00 % .* ok .*1 of 10, besides 190 reserved"));
  std::deque<pqxx::connection> others;
  for (int i = 0; i < 7; ++i) others.emplace_back(dsn());
  EXPECT_THAT(line_of(check().out, "postgres connections"), ContainsRegex(" 80.00 % .* ok "));
  others.emplace_back(dsn());
  EXPECT_THAT(line_of(check().out, "postgres connections"), ContainsRegex(" 90.00 % .* warning "));
  others.emplace_back(dsn());
  EXPECT_THAT(line_of(check().out, "postgres connections"), ContainsRegex(" 100 % .* critical "));
}

TEST_F(DatabaseCheckOfServer, LargeTableThatIsReadAsAWholeIsMissed) {
  repeat(30, "SELECT count(*) FROM clients WHERE id = 4711");
  flush();
  EXPECT_THAT(line_of(check().out, "postgres sequential scans"), ContainsRegex(" 0 % .* ok +30 "));

  repeat(30, "SELECT count(*) FROM clients WHERE name = 'Client'");
  flush();
  EXPECT_THAT(line_of(check().out, "postgres sequential scans"),
              ContainsRegex(
                  " 50.00 % .* warning +60 .*public.clients: 30 of its 60 scans are sequential, of about 20000 rows"));
}

TEST_F(DatabaseCheckOfServer, IndexThatNoQueryUsesIsNamed) {
  run("CREATE INDEX idx_never ON clients (name, id)");
  run("INSERT INTO clients SELECT n, repeat('x', 90) FROM generate_series(20001, 40000) AS n");
  run("ANALYZE clients");

  EXPECT_THAT(check().out,
              ContainsRegex("no query of this server has used an index since 20[^\n]+: idx_never on public.clients"));
}

TEST_F(DatabaseCheckOfServer, StandsBesideTheServicesOwnRows) {
  ScriptedServer service([](int, const std::string&) { return http_ok(read_text(data_folder() + "/after.prom")); });
  const auto result = check({"--url", service.url(), "--duration", "1ms"});

  EXPECT_THAT(result.out,
              AllOf(ContainsRegex("^http://127.0.0.1:[0-9]+/[^ ]* and PostgreSQL 1[0-9.]+, database vitals over "),
                    HasSubstr("\np95 response time "), HasSubstr("\npostgres connections ")));
}

}  // namespace
}  // namespace vitals::tool
