#include <cstddef>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <vitals/postgres/sql.hpp>

#include "postgres/sql/sql_cases.hpp"

// Whatever the text is, classify_sql and mask_sql return, with a result of their contract; under AddressSanitizer these
// also show that neither reads past the end.

namespace {

const std::set<std::string, std::less<>> kOperations = {
    "SELECT",  "INSERT",  "UPDATE",  "DELETE",   "MERGE",    "COPY",       "TRUNCATE",   "LOCK",    "VACUUM",
    "ANALYZE", "CLUSTER", "REINDEX", "REFRESH",  "CREATE",   "ALTER",      "DROP",       "GRANT",   "REVOKE",
    "COMMENT", "CALL",    "DO",      "EXPLAIN",  "PREPARE",  "EXECUTE",    "DEALLOCATE", "DECLARE", "FETCH",
    "MOVE",    "CLOSE",   "BEGIN",   "COMMIT",   "ROLLBACK", "SAVEPOINT",  "RELEASE",    "SET",     "SHOW",
    "RESET",   "DISCARD", "LISTEN",  "UNLISTEN", "NOTIFY",   "CHECKPOINT", "BATCH",      "EMPTY",   "OTHER"};

// In memory of exactly its size, so that a read past the end is seen.
void check(const std::string& sql) {
  const std::unique_ptr<char[]> copy{new char[sql.size()]};
  sql.copy(copy.get(), sql.size());
  const std::string_view text{copy.get(), sql.size()};

  const vitals::SqlStatement statement = vitals::classify_sql(text);
  ASSERT_TRUE(kOperations.contains(statement.operation)) << statement.operation;
  ASSERT_LE(statement.table.size(), 4 * 63 + 3u);
  ASSERT_LE(vitals::mask_sql(text, 50).size(), 50u);
}

}  // namespace

TEST(SqlRobustness, EveryPrefixAndSuffixOfEveryCase) {
  for (const SqlCase& row : sql_cases()) {
    for (std::size_t n = 0; n <= row.sql.size(); ++n) {
      check(row.sql.substr(0, n));
      check(row.sql.substr(n));
    }
  }
}

TEST(SqlRobustness, MutatedCases) {
  std::mt19937 random{20241024};
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
  constexpr std::string_view kNasty = "'\"$();:.,*/-\\[]\n\0\xC3\xFF EeUu&xX09";
  const auto cases = sql_cases();
  for (const SqlCase& row : cases) {
    for (int round = 0; round < 200; ++round) {
      std::string sql = row.sql;
      for (std::size_t edits = 1 + below(4); edits > 0 && !sql.empty(); --edits) {
        const std::size_t at = below(sql.size());
        switch (below(4)) {
          case 0:
            sql.erase(at, 1 + below(5));
            break;
          case 1:
            sql.insert(at, 1, kNasty[below(kNasty.size())]);
            break;
          case 2:
            sql[at] = kNasty[below(kNasty.size())];
            break;
          default:
            sql.insert(at, cases[below(cases.size())].sql);
            break;
        }
      }
      check(sql);
    }
  }
}

TEST(SqlRobustness, RandomBytes) {
  std::mt19937 random{20241025};
  std::uniform_int_distribution<int> byte{0, 255};
  for (int round = 0; round < 2000; ++round) {
    std::string sql(static_cast<std::size_t>(round % 300), ' ');
    for (char& c : sql) c = static_cast<char>(byte(random));
    check(sql);
  }
}

TEST(SqlRobustness, DeepAndLongTexts) {
  constexpr std::size_t kMany = 100'000;
  const auto repeated = [](std::string_view part) {
    std::string out;
    for (std::size_t i = 0; i < kMany; ++i) out += part;
    return out;
  };
  for (const char* part : {"(",
                           ")",
                           "((",
                           "()",
                           "(SELECT ",
                           "SELECT * FROM (",
                           "WITH a AS (",
                           "EXPLAIN ",
                           "EXPLAIN (",
                           "a.",
                           "/*",
                           "'",
                           "\"",
                           "$a$",
                           "$",
                           "[",
                           ":",
                           ";",
                           "a,",
                           "FROM ",
                           "UNION ",
                           "COPY (",
                           "PREPARE p AS ",
                           "DECLARE c CURSOR FOR ",
                           "SELECT 1;",
                           "\xFF"}) {
    check(repeated(part));
    check("SELECT " + repeated(part));
    check("SELECT * FROM " + repeated(part));
    check("WITH RECURSIVE " + repeated(part));
  }
}
