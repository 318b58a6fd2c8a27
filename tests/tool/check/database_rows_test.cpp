// How a database is judged, on samples that are made up: the same figures each time.
#include "tool/check/database_rows.hpp"

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "support/test_path.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/check/report.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

StatementStats statement(const std::string& query_type, const std::string& table, double calls, double mean,
                         double max) {
  StatementStats stats;
  stats.key = query_type + table;
  stats.query_type = query_type;
  stats.table = table;
  stats.text = query_type + " … " + table;
  stats.calls = calls;
  stats.total = calls * mean;
  stats.min = mean / 2;
  stats.max = max;
  stats.deviation = (max - mean) / 10;
  return stats;
}

DatabaseSample sample() {
  DatabaseSample sample;
  sample.name = "clinic";
  sample.version = "15.18";
  sample.started = "2026-11-29 10:00:00.5+00";
  sample.since = "2026-11-29 11:00:00.25+00";
  sample.statements = Statements{
      {statement("SELECT", "clients", 4000, 0.001, 0.008), statement("SELECT", "appointments", 2000, 0.009, 3),
       statement("UPDATE", "clients", 100, 0.03, 0.04), statement("ALTER", "none", 1, 0.2, 0.2)},
      "2026-11-29 12:00:00.125+00",
      0};
  sample.connections = Connections{12, 97, 3, 1};
  sample.locks = LockWaits{};
  sample.tables = Tables{{{"public.clients", "1", 20000, 4, 996, true}, {"public.notes", "2", 50000, 30, 0, false}},
                         {{"idx_old", "public.clients", 3.0 * 1024 * 1024}},
                         1};
  sample.blocks = Blocks{9990, 10};
  return sample;
}

// Judged by these levels; with the sample that began the window, if there is one.
struct Judged {
  Judged(const std::string& levels, const DatabaseSample& after, std::optional<DatabaseSample> before = std::nullopt)
      : targets(read_levels_or_targets(levels, "levels.yml")) {
    judge_database(targets, {std::move(before), after}, owned, judgement);
  }

  [[nodiscard]] const Row& row(const std::string& name) const {
    const auto found = std::ranges::find_if(judgement.rows, [&](const Row& row) { return row.target->name == name; });
    if (found == judgement.rows.end()) throw std::out_of_range(name);
    return *found;
  }

  Targets targets;
  std::deque<Target> owned;
  Judgement judgement;
};

const std::string kLevels = R"(
query_budgets:
  - {name: simple, tables: [clients], target: 10ms, critical: 25ms}
  - {name: complex, tables: [appointments], target: 50ms}
pool_usage: {target: 70%}
)";

TEST(DatabaseRows, EachFormIsAsItIsKnown) {
  const Judged judged(kLevels, sample());
  const Source source{"PostgreSQL 15.18, database clinic", "levels.yml", std::nullopt};

  EXPECT_EQ(to_table(source, judged.judgement, false), read_text(test_path("golden/check_database.txt")));
  EXPECT_EQ(to_json(source, judged.judgement), read_text(test_path("golden/check_database.json")));
  EXPECT_EQ(to_junit(source, judged.judgement, false), read_text(test_path("golden/check_database.junit.xml")));
  EXPECT_EQ(to_markdown(source, judged.judgement), read_text(test_path("golden/check_database.md")));
  EXPECT_EQ(to_nagios(judged.judgement, 2), read_text(test_path("golden/check_database.nagios")));
  EXPECT_EQ(to_github(source, judged.judgement), read_text(test_path("golden/check_database.github")));
}

// 4,000 SELECTs of 1 ms that never took more than 8 ms are within 10 ms; 100 UPDATEs of 30 ms are not within 25 ms.
TEST(DatabaseRows, BudgetsAreMetOrMissedWhereThatIsProven) {
  const Judged judged(kLevels, sample());

  const auto& simple = judged.row("postgres simple queries p95");
  EXPECT_EQ(simple.verdict, Verdict::Critical);
  EXPECT_EQ(simple.group, "UPDATE clients");
  EXPECT_EQ(simple.samples, 100);
  EXPECT_TRUE(simple.value_is_floor);
  EXPECT_EQ(judged.row("postgres complex queries p95").verdict, Verdict::Unknown);
  EXPECT_THAT(judged.row("postgres complex queries p95").note, HasSubstr("can't be told: it lies above "));

  const Judged wider("query_budgets: [{name: simple, tables: [clients], target: 50ms}]", sample());
  EXPECT_EQ(wider.row("postgres simple queries p95").verdict, Verdict::Ok);
  EXPECT_TRUE(wider.row("postgres simple queries p95").value_is_ceiling);
}

// The database knows statements and connections whatever the service calls its metrics of them.
TEST(DatabaseRows, BudgetsAndPoolUsageAreJudgedUnderOtherNamesToo) {
  const Judged judged(kLevels + R"(metrics:
  db_query_duration_seconds: sql_seconds
  query_type: operation
  table: relation
  db_pool_connections_active: sql_connections
)",
                      sample());

  EXPECT_EQ(judged.row("postgres simple queries p95").verdict, Verdict::Critical);
  EXPECT_EQ(judged.row("postgres simple queries p95").group, "UPDATE clients");
  EXPECT_EQ(judged.row("postgres complex queries p95").samples, 2000);
  EXPECT_EQ(judged.row("postgres connections").target->bound.text, "70%");
}

TEST(DatabaseRows, BudgetThatTheServiceHasJudgedIsSkippedWhereNothingIsProven) {
  Judged judged(kLevels, sample());
  Judgement both;
  Row of_service;
  of_service.target = &judged.targets.targets[1];
  of_service.verdict = Verdict::Ok;
  both.rows.push_back(of_service);

  judge_database(judged.targets, {std::nullopt, sample()}, judged.owned, both);

  EXPECT_EQ(both.rows[1].verdict, Verdict::Critical);  // simple, which is proven
  EXPECT_EQ(both.rows[2].verdict, Verdict::Skipped);   // complex
}

// Each query of the check is a transaction of its own, and its BEGIN and COMMIT are those of everybody.
TEST(DatabaseRows, ListsHaveNoStatementsOfTransactions) {
  auto after = sample();
  auto& statements = std::get<Statements>(after.statements).statements;
  for (const auto* type : {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "RESET"})
    statements.push_back(statement(type, "none", 1000, 1, 2));

  const Judged with(kLevels, after);
  const Judged without(kLevels, sample());

  ASSERT_EQ(with.judgement.lists.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(lines(with.judgement.lists[i]), lines(without.judgement.lists[i]));
}

TEST(DatabaseRows, MisspeltTableIsUnknownAndTooFewCallsAreSkipped) {
  const Judged judged(
      "query_budgets: [{name: a, tables: [cleints], target: 1s}, {name: b, query_types: [ALTER], target: 1s}]",
      sample());

  EXPECT_EQ(judged.row("postgres a queries p95").verdict, Verdict::Unknown);
  EXPECT_EQ(judged.row("postgres b queries p95").verdict, Verdict::Skipped);
  EXPECT_EQ(judged.row("postgres b queries p95").note, "1 of 20 samples needed");
}

TEST(DatabaseRows, SlowestMeanIsOfStatementsOfRequests) {
  auto slow = sample();
  auto& statements = std::get<Statements>(slow.statements).statements;
  statements.push_back(statement("VACUUM", "clients", 100, 60, 90));
  EXPECT_EQ(Judged(kLevels, slow).row("postgres slowest mean").verdict, Verdict::Ok);

  statements.push_back(statement("DELETE", "sessions", 20, 1.5, 2));
  const Judged judged(kLevels, slow);
  EXPECT_EQ(judged.row("postgres slowest mean").verdict, Verdict::Warning);
  EXPECT_EQ(judged.row("postgres slowest mean").note, "DELETE … sessions");
  EXPECT_EQ(judged.judgement.lists.at(0).statements.at(0).query_type, "VACUUM");
  EXPECT_EQ(judged.judgement.lists.at(1).key, "slowest_by_total");
  EXPECT_EQ(judged.judgement.lists.at(1).statements.at(1).query_type, "DELETE");
}

TEST(DatabaseRows, ConnectionsAreOfThoseThatAreNotReserved) {
  auto full = sample();
  full.connections = Connections{70, 97, 3, 0};
  EXPECT_EQ(Judged(kLevels, full).row("postgres connections").verdict, Verdict::Warning);  // 72 % of at most 70 %
  EXPECT_EQ(Judged("pool_usage: {target: 80%}", full).row("postgres connections").verdict, Verdict::Ok);
  full.connections = Connections{96, 97, 3, 0};
  EXPECT_EQ(Judged("error_rate: {target: 1%}", full).row("postgres connections").verdict, Verdict::Critical);
}

TEST(DatabaseRows, LockWaitNamesWhoBlocks) {
  auto blocked = sample();
  blocked.locks = LockWait{
      4711, 31, "UPDATE clients", "ShareLock on transactionid", 4710, "idle in transaction", 40, "UPDATE clients", 2};
  const Judged judged(kLevels, blocked);

  EXPECT_EQ(judged.row("postgres longest lock wait").verdict, Verdict::Critical);
  EXPECT_EQ(
      judged.row("postgres longest lock wait").note,
      "pid 4711, UPDATE clients, waits for ShareLock on transactionid; pid 4710 blocks it, idle in transaction, in "
      "its transaction for 40.0 s, last: UPDATE clients; 2 wait");
}

TEST(DatabaseRows, WindowCountsItsOwnEventsAlone) {
  auto after = sample();
  after.blocks = Blocks{9990 + 8000, 10 + 2000};
  after.tables = Tables{{{"public.clients", "1", 20000, 4, 996 + 100, true},
                         {"public.notes", "2", 50000, 30, 0, false},
                         {"public.grown", "3", 20000, 9000, 0, true}},
                        {},
                        0};
  const Judged judged(kLevels, after, sample());

  EXPECT_EQ(judged.row("postgres buffer hit ratio").value, 0.8);
  EXPECT_EQ(judged.row("postgres sequential scans").value, 0);
  EXPECT_EQ(judged.row("postgres sequential scans").samples, 100);
  EXPECT_EQ(judged.row("postgres simple queries p95").verdict, Verdict::Skipped);
  EXPECT_EQ(judged.row("postgres simple queries p95").note, "nothing happened in the window");
  EXPECT_THAT(judged.judgement.lists, IsEmpty());
}

TEST(DatabaseRows, ResetOrRestartWithinTheWindowIsUnknown) {
  const auto unknown = [](const Judged& judged) {
    std::vector<std::string> names;
    for (const auto& row : judged.judgement.rows) {
      if (row.verdict == Verdict::Unknown) names.push_back(row.target->name);
    }
    return names;
  };
  auto reset = sample();
  std::get<Statements>(reset.statements).since = "2026-11-29 13:00:00+00";
  EXPECT_THAT(unknown(Judged(kLevels, reset, sample())),
              ElementsAre("postgres simple queries p95", "postgres complex queries p95", "postgres slowest mean"));
  reset = sample();
  reset.since = "2026-11-29 13:00:00+00";
  EXPECT_THAT(unknown(Judged(kLevels, reset, sample())),
              ElementsAre("postgres buffer hit ratio", "postgres sequential scans"));
  reset = sample();
  reset.started = "2026-11-29 13:00:00+00";
  const Judged restarted(kLevels, reset, sample());
  EXPECT_EQ(unknown(restarted).size(), 5u);
  EXPECT_EQ(restarted.row("postgres buffer hit ratio").note, "the server was restarted within the window");
}

TEST(DatabaseRows, StatementThatVanishedMakesItsKindUnknown) {
  auto before = sample();
  std::get<Statements>(before.statements).statements.push_back(statement("DELETE", "clients", 5, 0.001, 0.001));
  auto after = sample();
  for (auto& one : std::get<Statements>(after.statements).statements) {
    one.calls += 100;
    one.total += 0.1;
  }
  const Judged judged("query_budgets: [{name: simple, tables: [clients], target: 10s}]", after, before);

  EXPECT_EQ(judged.row("postgres simple queries p95").verdict, Verdict::Unknown);
  EXPECT_EQ(judged.row("postgres simple queries p95").group, "DELETE clients");
}

TEST(DatabaseRows, WhatCantBeReadIsUnknownAndTheRestIsJudged) {
  auto part = sample();
  part.statements = Unreadable{"there is none"};
  const Judged judged(kLevels, part);
  EXPECT_EQ(judged.row("postgres simple queries p95").verdict, Verdict::Unknown);
  EXPECT_EQ(judged.row("postgres slowest mean").note, "there is none");
  EXPECT_EQ(judged.row("postgres buffer hit ratio").verdict, Verdict::Ok);

  Judgement unreachable;
  std::deque<Target> owned;
  judge_database(judged.targets, {std::nullopt, Unreadable{"can't be reached"}}, owned, unreachable);
  ASSERT_EQ(unreachable.rows.size(), 1u);
  EXPECT_EQ(unreachable.rows[0].verdict, Verdict::Unknown);
  EXPECT_EQ(unreachable.rows[0].note, "can't be reached");
}

}  // namespace
}  // namespace vitals::tool
