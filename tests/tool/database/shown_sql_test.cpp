#include "tool/database/shown_sql.hpp"

#include <string>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ShownSql, IsOneLineWithoutLiteralsAndComments) {
  EXPECT_EQ(
      shown_sql("SELECT  id,\n name FROM clients -- geheim\nWHERE a = 'geheim' /* geheim */ AND b=$1 AND c IN (1,2.5)",
                200),
      "SELECT id, name FROM clients WHERE a = ? AND b=$1 AND c IN (?,?)");
  EXPECT_EQ(shown_sql("INSERT INTO t VALUES ($$geheim$$, E'gehe\\'im', 'geheim", 200), "INSERT INTO t VALUES (?, ?, ?");
}

TEST(ShownSql, OfWhatMayCarrySecretsOnlyTheKind) {
  EXPECT_EQ(shown_sql("ALTER ROLE app PASSWORD 'geheim'", 200), "ALTER");
  EXPECT_EQ(shown_sql("SET my.secret TO geheim", 200), "SET");
  EXPECT_EQ(shown_sql("COPY clients FROM PROGRAM 'curl geheim'", 200), "COPY clients");
  EXPECT_EQ(shown_sql("CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'geheim')", 200), "CREATE");
  EXPECT_THAT(shown_sql("SELECT 1; ALTER ROLE app PASSWORD 'geheim'", 200), Not(HasSubstr("geheim")));
}

TEST(ShownSql, IsCutBetweenCharacters) {
  EXPECT_EQ(shown_sql("SELECT a, b FROM c", 8), "SELECT a…");
  EXPECT_EQ(shown_sql("SELECT \"\xc3\xa4\xc3\xa4\" FROM c", 9), "SELECT \"…");
  EXPECT_EQ(shown_sql("SELECT a", 8), "SELECT a");
}

TEST(ShownSql, KindIsOperationAndTable) {
  EXPECT_EQ(kind_of_sql("update public.clients set name = 'geheim'"), "UPDATE public.clients");
  EXPECT_EQ(kind_of_sql("COMMIT"), "COMMIT");
  EXPECT_EQ(kind_of_sql(""), "EMPTY");
}

}  // namespace
}  // namespace vitals::tool
