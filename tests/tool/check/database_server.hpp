#pragma once

#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "postgres/private_postgres.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {

// A PostgreSQL of one test, with pg_stat_statements, and the real executable.
class DatabaseCheckTest : public testing::Test {
 protected:
  static constexpr const char* kPreload = "-c shared_preload_libraries=pg_stat_statements";

  // 190 of its 200 connections are reserved for superusers, so that few fill what is left.
  explicit DatabaseCheckTest(const std::string& options = std::string{kPreload} +
                                                          " -c superuser_reserved_connections=190")
      : postgres(options), session(postgres.dsn()) {}

  pqxx::result run(const std::string& sql) { return run(session, sql); }
  static pqxx::result run(pqxx::connection& connection, const std::string& sql) {
    pqxx::nontransaction work{connection};
    return work.exec(sql);
  }
  // What the test's session has counted becomes visible at once.
  void flush() { run("SELECT pg_stat_force_next_flush()"); }

  [[nodiscard]] std::string dsn(const std::string& more = {}) const { return postgres.dsn() + " " + more; }
  [[nodiscard]] ToolResult check(std::vector<std::string> more = {}) { return check_as({}, std::move(more)); }
  [[nodiscard]] ToolResult check_as(const std::string& more_of_dsn, std::vector<std::string> more = {}) {
    // The session of the check before ends a moment after it.
    while (run("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'vitals check'")[0][0].as<int>() > 0) {
    }
    std::vector<std::string> arguments{"check", "--database", dsn(more_of_dsn)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_tool(arguments);
  }

  PrivatePostgres postgres;
  pqxx::connection session;
};

// The line of a table that begins so.
inline std::string line_of(const std::string& table, const std::string& name) {
  const auto begin = table.find("\n" + name + " ");
  return begin == table.npos ? "" : table.substr(begin + 1, table.find('\n', begin + 1) - begin - 1);
}

}  // namespace vitals::tool
