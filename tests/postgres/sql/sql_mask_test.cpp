#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include <vitals/postgres/sql.hpp>

using vitals::mask_sql;

namespace {
constexpr std::size_t kAll = 1000;
}

TEST(MaskSql, HidesLiteralsOnly) {
  EXPECT_EQ(mask_sql("SELECT * FROM t1 WHERE a = 'secret' AND b = 17 AND c = $1", kAll),
            "SELECT * FROM t1 WHERE a = ? AND b = ? AND c = $1");
  EXPECT_EQ(mask_sql("SELECT E'it\\'s', U&'x', B'1', X'F', $$a$$, $t$ $$ $t$, 1.5e3, \"a'1\"", kAll),
            "SELECT ?, ?, ?, ?, ?, ?, ?, \"a'1\"");
  EXPECT_EQ(mask_sql("INSERT INTO t VALUES(1,-2,'a''b',NULL)", kAll), "INSERT INTO t VALUES(?,-?,?,NULL)");
}

TEST(MaskSql, KeepsComments) {
  EXPECT_EQ(mask_sql("SELECT 1 /* trace='17' */ -- it's\n, 'x'", kAll), "SELECT ? /* trace='17' */ -- it's\n, ?");
}

// PostgreSQL takes these for one string, whose second half has escapes too.
TEST(MaskSql, FollowsAStringPastALineBreakAndComments) {
  EXPECT_EQ(mask_sql("SELECT E'a'\n'b\\' secret, x=' FROM t", kAll), "SELECT ? FROM t");
  EXPECT_EQ(mask_sql("SELECT E'a' -- c\n'b\\' secret, x=' FROM t", kAll), "SELECT ? FROM t");
  EXPECT_EQ(mask_sql("SELECT E'a'\r\n --c\n\t--d\n 'b\\' secret, x=' FROM t", kAll), "SELECT ? FROM t");
  EXPECT_EQ(mask_sql("SELECT E'a' 'b\\' , 'c'", kAll), "SELECT ? ? , ?");
  EXPECT_EQ(mask_sql("SELECT E'a' --", kAll), "SELECT ? --");
}

TEST(MaskSql, HidesWhatIsNotClosed) {
  EXPECT_EQ(mask_sql("SELECT 'secret", kAll), "SELECT ?");
  EXPECT_EQ(mask_sql("SELECT $x$ secret", kAll), "SELECT ?");
}

// PostgreSQL ends the string at the first quote if standard_conforming_strings is on, so the rest is shown by right.
TEST(MaskSql, TakesBackslashForAnOrdinaryCharacter) {
  EXPECT_EQ(mask_sql(R"(SELECT 'a\' , 'b')", kAll), "SELECT ? , ?");
}

TEST(MaskSql, CutsBetweenCharacters) {
  EXPECT_EQ(mask_sql("SELECT ä", 9), "SELECT ä");
  EXPECT_EQ(mask_sql("SELECT ä", 8), "SELECT ");
  EXPECT_EQ(mask_sql("SELECT 日本", 12), "SELECT 日");
  EXPECT_EQ(mask_sql("SELECT 日本", 9), "SELECT ");
  EXPECT_EQ(mask_sql("SELECT 😀", 10), "SELECT ");
  EXPECT_EQ(mask_sql("SELECT", 0), "");
}

TEST(MaskSql, CutsAfterMasking) {
  EXPECT_EQ(mask_sql("SELECT '" + std::string(500, 'x') + "' FROM t", 15), "SELECT ? FROM t");
  EXPECT_EQ(mask_sql("SELECT a FROM t WHERE b = 'secret'", 28), "SELECT a FROM t WHERE b = ?");
  EXPECT_EQ(mask_sql("SELECT '" + std::string(70 * 1024, 'x'), 100), "SELECT ?");
}
