#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/postgres/sql.hpp>

#include "postgres/sql/sql_cases.hpp"
#include "postgres/sql/sql_lexer.hpp"

using vitals::classify_sql;

namespace {

std::string classified(std::string_view sql) {
  const vitals::SqlStatement statement = classify_sql(sql);
  return statement.operation + " " + statement.table;
}

struct Expectation {
  std::string_view sql;
  std::string_view classified;
};

void expect_all(const std::vector<Expectation>& expectations) {
  for (const auto& [sql, expected] : expectations) EXPECT_EQ(classified(sql), expected) << sql;
}

}  // namespace

TEST(ClassifySql, PassesEveryConformanceCase) {
  const std::vector<SqlCase> cases = sql_cases();

  EXPECT_GE(cases.size(), 129u);
  for (const SqlCase& row : cases) {
    const vitals::SqlStatement statement = classify_sql(row.sql);
    EXPECT_EQ(statement.operation, row.operation) << row.id << ": " << row.sql;
    EXPECT_EQ(statement.table, row.table) << row.id << ": " << row.sql;
  }
}

TEST(ClassifySql, FindsFirstTableOfFrom) {
  expect_all({
      {"SELECT*FROM(SELECT*FROM\"T\")x", "SELECT T"},
      {"SELECT * FROM t *", "SELECT t"},
      {"SELECT * FROM ONLY (t)", "SELECT t"},
      {"SELECT * FROM ((a))", "SELECT a"},
      {"SELECT * FROM ((SELECT 1) UNION (SELECT x FROM b)) u", "SELECT b"},
      {"(SELECT a FROM x) UNION SELECT b FROM y", "SELECT x"},
      {"SELECT * FROM ROWS FROM (f(1), g(2)) AS r, t", "SELECT t"},
      {"SELECT * FROM ROWS", "SELECT rows"},
      {"SELECT * FROM f() WITH ORDINALITY AS x(a, n) JOIN t ON true", "SELECT t"},
      {"SELECT * FROM f((SELECT max(id) FROM inner_t)) WHERE true", "SELECT inner_t"},
      {"SELECT * FROM XMLTABLE('/a' PASSING x COLUMNS id int)", "SELECT "},
      {"SELECT * FROM t TABLESAMPLE bernoulli (1)", "SELECT t"},
      {"SELECT a.b.c FROM cat.sch.tab", "SELECT cat.sch.tab"},
      {"SELECT substring(name FROM 1 FOR 3) FROM people", "SELECT people"},
      {"SELECT extract(epoch FROM (SELECT max(ts) FROM inner_t)) FROM outer_t", "SELECT outer_t"},
      {"SELECT a FROM f() ORDER BY a, b, c", "SELECT "},
      {"VALUES (1), (2)", "SELECT "},
      {"VALUES ((SELECT max(id) FROM t))", "SELECT t"},
      {"SELECT a INTO TEMP TABLE newt FROM t", "SELECT t"},
      {"SELECT 1 UNION TABLE t", "SELECT t"},
      {"SELECT x::timestamp with time zone FROM t", "SELECT t"},
      {"SELECT arr[lo:hi] FROM t", "SELECT t"},
      {"SELECT * FROM t WHERE a IS DISTINCT FROM b AND EXISTS (SELECT 1 FROM u)", "SELECT t"},
      {"SELECT f(a => 1, b := 2) FROM t", "SELECT t"},
  });
}

TEST(ClassifySql, ReadsLiteralsAsPostgresDoes) {
  expect_all({
      {R"(SELECT E'it\'s FROM fake' FROM t)", "SELECT t"},
      {"SELECT E'a'\n 'b\\' FROM fake' FROM t", "SELECT t"},
      {R"(SELECT 'a\' FROM t)", "SELECT t"},
      {R"(SELECT U&'\0041' , B'101', X'1F', N'x' FROM t)", "SELECT t"},
      {"SELECT * FROM U&\"d\"", "SELECT d"},
      {"SELECT $tag$ FROM fake $ta$ $tag$ FROM t", "SELECT t"},
      {"SELECT $1, $2 FROM t", "SELECT t"},
      {"SELECT 1.5e-10, .5, 0x1F, 1_000 FROM t", "SELECT t"},
      {"SELECT 1FROM t", "SELECT t"},
      {"\xEF\xBB\xBFSELECT * FROM t", "SELECT t"},
  });
}

TEST(ClassifySql, ResolvesCommonTableExpressions) {
  expect_all({
      {"WITH a AS (SELECT * FROM t), b AS (SELECT * FROM a) SELECT * FROM b", "SELECT t"},
      {"WITH a AS NOT MATERIALIZED (SELECT * FROM t) SELECT * FROM A", "SELECT t"},
      {"WITH a AS (WITH b AS (SELECT * FROM t) SELECT * FROM b) SELECT * FROM a, b", "SELECT t"},
      {"WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) SELECT * FROM b", "SELECT b"},
      {"WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n", "SELECT "},
      {"WITH a AS (VALUES (1)) SELECT * FROM a JOIN t ON true", "SELECT t"},
      {"WITH x AS (SELECT * FROM s) UPDATE t SET a = x.a FROM x", "UPDATE t"},
      {"WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d", "DELETE t"},
      {"WITH i AS (INSERT INTO a VALUES (1) RETURNING id), u AS (UPDATE b SET c = 1) SELECT 1", "INSERT a"},
      {"WITH d AS (DELETE FROM ONLY (t) RETURNING *) INSERT INTO log SELECT * FROM d", "INSERT log"},
      {"WITH RECURSIVE t(a) AS (SELECT a FROM s) SEARCH BREADTH FIRST BY a, b SET o CYCLE a SET c USING p SELECT * "
       "FROM t",
       "SELECT s"},
  });
}

TEST(ClassifySql, OfRecursiveListsSeeAllNamesOfTheList) {
  expect_all({
      {"WITH RECURSIVE x(id) AS (SELECT * FROM y UNION ALL SELECT id+1 FROM x WHERE id < 5), y(id) AS (VALUES (1)) "
       "SELECT * FROM x",
       "SELECT "},
      {"WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT * FROM c), c AS (SELECT * FROM t) SELECT * FROM a",
       "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT * FROM b JOIN t ON true), b AS (VALUES (1)) SELECT * FROM a", "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT * FROM a) SELECT * FROM a JOIN t ON true", "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT * FROM B), \"b\" AS MATERIALIZED (TABLE t) TABLE a", "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT * FROM s.b), b AS (VALUES (1)) TABLE a", "SELECT s.b"},
      // Forward from within: the list of an inner WITH, a derived table, a sub-select.
      {"WITH RECURSIVE a AS (WITH i AS (SELECT * FROM b) SELECT * FROM i), b AS (SELECT * FROM t) TABLE a", "SELECT t"},
      {"WITH RECURSIVE a AS (WITH RECURSIVE i AS (TABLE j), j AS (TABLE b) TABLE i), b AS (TABLE t) TABLE a",
       "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT * FROM (SELECT * FROM b) d), b AS (TABLE t) TABLE a", "SELECT t"},
      {"WITH RECURSIVE a AS (SELECT (SELECT max(x) FROM b)), b AS (TABLE t) SELECT * FROM a", "SELECT t"},
      // What stands further on doesn't see the inner names of what names it.
      {"WITH RECURSIVE a AS (WITH t AS (VALUES (1)) SELECT * FROM b), b AS (SELECT * FROM t) TABLE a", "SELECT t"},
      {"WITH RECURSIVE a AS (WITH b AS (TABLE u) SELECT * FROM b), b AS (TABLE t) TABLE a", "SELECT u"},
      {"WITH b AS (TABLE u) SELECT * FROM (WITH RECURSIVE a AS (TABLE b), b AS (TABLE t) TABLE a) d", "SELECT t"},
      // Writes.
      {"WITH RECURSIVE a AS (SELECT * FROM d), d AS (DELETE FROM t RETURNING *) SELECT * FROM a", "DELETE t"},
      {"WITH RECURSIVE a AS (SELECT * FROM i), i AS (INSERT INTO t SELECT * FROM u RETURNING *), d AS (DELETE FROM v) "
       "SELECT * FROM a",
       "INSERT t"},
      {"WITH RECURSIVE a AS (TABLE b), b AS (TABLE c) INSERT INTO log SELECT * FROM a", "INSERT log"},
      {"WITH RECURSIVE a AS (TABLE b) SEARCH DEPTH FIRST BY x SET o, b AS (TABLE t) CYCLE x SET c USING p TABLE a",
       "SELECT t"},
      // Without RECURSIVE nothing is seen ahead.
      {"WITH x AS (SELECT * FROM y), y AS (VALUES (1)) SELECT * FROM x", "SELECT y"},
      {"WITH x AS (SELECT * FROM x) SELECT * FROM x", "SELECT x"},
      // Broken and cut.
      {"WITH RECURSIVE a AS (SELECT * FROM b), b AS (SELECT * FROM t", "OTHER "},
      {"WITH RECURSIVE a AS (SELECT * FROM b), b AS SELECT 1", "SELECT "},
      {"WITH RECURSIVE a AS (SELECT * FROM b), b", "OTHER "},
  });
}

TEST(ClassifySql, EndsCommentsAsPostgresDoes) {
  expect_all({
      {"SELECT * /* cols */ FROM t -- note */", "SELECT t"},
      {"SELECT * -- /* /* \n FROM t", "SELECT t"},
      {"SELECT * /* -- */ FROM t", "SELECT t"},
      {"SELECT * /* a -- b\n /* c */ FROM fake */ FROM t", "SELECT t"},
      {"SELECT * /*/ FROM fake */ FROM t", "SELECT t"},
      {"SELECT 1 -- one\r FROM t", "SELECT t"},
      {"-- one\r-- two\rSELECT * FROM t", "SELECT t"},
      {"SELECT * FROM t --", "SELECT t"},
  });
}

TEST(WithoutLastComment, CutsCommentsAndNothingElse) {
  const auto cut = [](std::string_view sql) { return std::string{vitals::detail::without_last_comment(sql)}; };

  EXPECT_EQ(cut("SELECT 1 /* trace */"), "SELECT 1 ");
  EXPECT_EQ(cut("SELECT 1"), "SELECT 1");
  EXPECT_EQ(cut("/* only */"), "");
  EXPECT_EQ(cut("SELECT 1 /* a /* b */ c */"), "SELECT 1");
  EXPECT_EQ(cut("SELECT * /* cols */ FROM t -- note */"), "SELECT * /* cols */ FROM t");
  EXPECT_EQ(cut("SELECT * /* cols */ FROM t -- note\r/* trace */"), "SELECT * /* cols */ FROM t");
  EXPECT_EQ(cut("SELECT '--' FROM t /* trace */"), "SELECT '--' FROM t");
  EXPECT_EQ(cut("SELECT 1 -- /* */"), "SELECT 1");
  EXPECT_EQ(cut("-- " + std::string(70'000, ' ') + "\nSELECT 1 /**/").size(), 70'017U);
}

TEST(ClassifySql, FindsTargetsOfOtherStatements) {
  expect_all({
      {"COPY t (a, b) FROM STDIN", "COPY t"},
      {"COPY BINARY t TO STDOUT", "COPY t"},
      {"COPY \"T\" TO STDOUT", "COPY T"},
      {"LOCK a, b IN SHARE MODE", "LOCK a"},
      {"VACUUM (FULL, ANALYZE) a", "VACUUM a"},
      {"VACUUM", "VACUUM "},
      {"ANALYZE VERBOSE a (x, y)", "ANALYZE a"},
      {"CLUSTER a USING i", "CLUSTER a"},
      {"CLUSTER i ON a", "CLUSTER a"},
      {"REINDEX INDEX i", "REINDEX "},
      {"REINDEX (VERBOSE) TABLE a", "REINDEX a"},
      {"EXPLAIN CREATE TABLE x AS SELECT * FROM t", "EXPLAIN x"},
      {"EXPLAIN (ANALYZE) WITH d AS (DELETE FROM t) SELECT 1", "EXPLAIN t"},
      {"DECLARE c CURSOR WITH HOLD FOR SELECT * FROM t", "DECLARE t"},
      {"PREPARE TRANSACTION 'gid'", "PREPARE "},
      {"CALL p((SELECT x FROM t))", "CALL "},
      {"MERGE INTO ONLY inv USING d ON true WHEN MATCHED THEN DELETE", "MERGE inv"},
      {"START TRANSACTION ISOLATION LEVEL SERIALIZABLE", "BEGIN "},
      {"IMPORT FOREIGN SCHEMA s FROM SERVER x INTO y", "OTHER "},
      {"", "EMPTY "},
  });
}

TEST(ClassifySql, FindsTargetsOfDefinitions) {
  expect_all({
      {"CREATE UNLOGGED TABLE IF NOT EXISTS sch.t (a int)", "CREATE sch.t"},
      {"CREATE OR REPLACE RECURSIVE VIEW v (n) AS SELECT 1", "CREATE v"},
      {"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY t USING btree (a)", "CREATE t"},
      {"CREATE INDEX ON t (a)", "CREATE t"},
      {"CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)", "CREATE t"},
      {"CREATE POLICY p ON t USING (true)", "CREATE t"},
      {"CREATE STATISTICS s ON a, b FROM t", "CREATE t"},
      {"CREATE SEQUENCE s", "CREATE "},
      {"CREATE FOREIGN DATA WRAPPER w", "CREATE "},
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1 FROM a; SELECT 2 FROM b; END", "CREATE "},
      {"ALTER TABLE ALL IN TABLESPACE x SET TABLESPACE y", "ALTER "},
      {"ALTER POLICY p ON t RENAME TO q", "ALTER t"},
      {"DROP TABLE IF EXISTS a, b CASCADE", "DROP a"},
      {"DROP MATERIALIZED VIEW mv", "DROP mv"},
      {"DROP TRIGGER IF EXISTS tg ON t", "DROP t"},
      {"DROP SEQUENCE s", "DROP "},
      {"GRANT SELECT (a, b) ON t, u TO bob", "GRANT t"},
      {"GRANT USAGE ON SCHEMA s TO bob", "GRANT "},
      {"GRANT SELECT ON ALL TABLES IN SCHEMA s TO bob", "GRANT "},
      {"GRANT SELECT ON LARGE OBJECT 17 TO bob", "GRANT "},
      {"REVOKE GRANT OPTION FOR SELECT ON t FROM bob", "REVOKE t"},
      {"COMMENT ON COLUMN sch.t.c IS 'x'", "COMMENT sch.t"},
      {"COMMENT ON CONSTRAINT c ON t IS 'x'", "COMMENT t"},
      {"COMMENT ON CONSTRAINT c ON DOMAIN d IS 'x'", "COMMENT "},
      {"COMMENT ON FUNCTION f(int) IS 'x'", "COMMENT "},
  });
}

TEST(ClassifySql, CombinesSeveralStatements) {
  expect_all({
      {"BEGIN; INSERT INTO t VALUES (1); COMMIT", "INSERT t"},
      {"SELECT * FROM a; SELECT * FROM b", "SELECT "},
      {"SELECT * FROM a; SELECT * FROM \"a\";", "SELECT a"},
      {"INSERT INTO a VALUES (1); UPDATE a SET x = 2; INSERT INTO a VALUES (3)", "BATCH "},
      {"SET a = 1; SET b = 2", "SET "},
      {"BEGIN; COMMIT", "BATCH "},
      {"SELECT 1; -- the end", "SELECT "},
      {"SELECT ')'; SELECT * FROM t)", "SELECT "},
  });
}

TEST(ClassifySql, ClipsNamesAsPostgresDoes) {
  const std::string name(70, 'n');

  EXPECT_EQ(classify_sql("SELECT * FROM " + name).table, name.substr(0, 63));
  EXPECT_EQ(classify_sql("SELECT * FROM s." + name).table, "s." + name.substr(0, 63));
  EXPECT_EQ(classify_sql("SELECT * FROM " + name.substr(0, 62) + "ä").table, name.substr(0, 62));
  EXPECT_EQ(classify_sql("SELECT * FROM " + name.substr(0, 61) + "ä").table, name.substr(0, 61) + "ä");
}

TEST(ClassifySql, ReadsAtMost64KiB) {
  const std::string blanks(64 * 1024, ' ');

  EXPECT_EQ(classified("SELECT 1" + blanks + "FROM t"), "SELECT ");
  EXPECT_EQ(classified(blanks + "SELECT * FROM t"), "EMPTY ");
}

TEST(ClassifySql, LooksInto200LevelsOfParentheses) {
  const auto nested = [](std::size_t depth) {
    return "SELECT " + std::string(depth, '(') + "SELECT x FROM inner_t" + std::string(depth, ')') + " FROM outer_t";
  };

  EXPECT_EQ(classified(nested(100'000)), "SELECT ");  // nothing but parentheses within the first 64 KiB
  EXPECT_EQ(classified(nested(30'000)), "SELECT outer_t");
  EXPECT_EQ(classified("SELECT" + std::string(199, '(') + "SELECT x FROM t" + std::string(199, ')')), "SELECT t");
  EXPECT_EQ(classified("SELECT" + std::string(201, '(') + "SELECT x FROM t" + std::string(201, ')')), "SELECT ");
}

TEST(CollapseDigits, MakesPartitionsOneTable) {
  EXPECT_EQ(vitals::collapse_digits("logs_2024_05_01"), "logs_*");
  EXPECT_EQ(vitals::collapse_digits("shard7.users"), "shard*.users");
  EXPECT_EQ(vitals::collapse_digits("2024"), "*");
  EXPECT_EQ(vitals::collapse_digits("a_b"), "a_b");
  EXPECT_EQ(vitals::collapse_digits(""), "");
}
