// The only source of the tool that compiles libpqxx.
#include "tool/database/database.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include <vitals/postgres/sql.hpp>

#include "tool/database/deadline.hpp"
#include "tool/database/dsn.hpp"
#include "tool/database/queries.hpp"
#include "tool/database/shown_sql.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr int kOldestServer = 14'00'00;
constexpr std::size_t kMostStatements = 20'000;
constexpr std::size_t kMostTables = 20'000;
constexpr std::size_t kShownSql = 120;

// The first line of what PostgreSQL or libpq says, without the word ERROR.
std::string first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  for (const std::string_view word : {"ERROR:", "FATAL:"}) {
    if (message.starts_with(word))
      message.remove_prefix(std::min(message.size(), message.find_first_not_of(' ', word.size())));
  }
  return printable(message, 300);
}

// A failed attempt for each address of the host, on a line each.
std::string all_lines(std::string message) {
  while (!message.empty() && message.back() == '\n') message.pop_back();
  for (auto at = message.find('\n'); at != message.npos; at = message.find('\n')) message.replace(at, 1, "; ");
  std::replace(message.begin(), message.end(), '\t', ' ');
  return printable(message, 500);
}

struct Server {
  std::string user;
  bool sees_all = false;
  bool is_loaded = false;
  std::string track;
  std::optional<std::string> extension, schema;
};

// "1.10" is newer than "1.9".
bool is_at_least(const std::string& version, int major, int minor) {
  char* end = nullptr;
  const auto first = std::strtol(version.c_str(), &end, 10);
  const auto second = *end == '.' ? std::strtol(end + 1, nullptr, 10) : 0;
  return std::pair(first, second) >= std::pair<long, long>(major, minor);
}

class Reader {
 public:
  Reader(pqxx::connection& connection, std::chrono::milliseconds timeout)
      : connection_(connection), timeout_(timeout) {}

  DatabaseSample sample() {
    DatabaseSample sample;
    server(sample);
    sample.statements = part([&] { return statements(sample.name); });
    sample.connections = part([&] { return connections(); });
    sample.locks = part([&] { return locks(); });
    sample.tables = part([&] { return tables(); });
    sample.blocks = part([&] { return blocks(); });
    return sample;
  }

 private:
  struct Refused {
    std::string reason;
  };

  // A transaction for each query, so that one that fails takes no other along, and so that the settings end with it:
  // behind a pool the connection goes to others afterwards.
  pqxx::result run(const std::string& sql) {
    pqxx::read_transaction work{connection_};
    work.exec(fmt::format("/* vitals check */ SET LOCAL statement_timeout = {}", timeout_.count()));
    auto result = work.exec(sql);
    work.commit();
    return result;
  }

  template <class Read>
  auto part(Read read) -> Part<decltype(read())> {
    try {
      return read();
    } catch (const Refused& refused) {
      return Unreadable{refused.reason};
    } catch (const pqxx::sql_error& error) {
      return Unreadable{explained(error)};
    }
  }

  [[nodiscard]] std::string explained(const pqxx::sql_error& error) const {
    auto message = first_line(error.what());
    // libpqxx 6 gives these no code.
    if (dynamic_cast<const pqxx::insufficient_privilege*>(&error))
      return fmt::format("{}; GRANT it to {}: USAGE of a schema, SELECT of a view", message, server_.user);
    if (error.sqlstate() == "55000")  // object_not_in_prerequisite_state
      return message + "; " + kLoad;
    return message;
  }

  void must_see_all() const {
    if (!server_.sees_all)
      throw Refused{
          fmt::format("the role {0} sees nothing of other roles; GRANT pg_read_all_stats TO {0}", server_.user)};
  }

  void server(DatabaseSample& sample) {
    const auto row = run(queries::kServer)[0];
    sample.name = row[0].as<std::string>();
    const auto version = row[1].as<std::string>();
    sample.version = version.substr(0, version.find(' '));
    sample.started = row[2].as<std::string>();
    server_ = {row[3].as<std::string>(), row[4].as<bool>(), row[5].as<bool>(), row[6].as<std::string>(), {}, {}};
    if (!row[7].is_null()) server_.extension = row[7].as<std::string>();
    if (!row[8].is_null()) server_.schema = row[8].as<std::string>();
    if (!row[9].is_null()) sample.since = row[9].as<std::string>();
  }

  Statements statements(const std::string& database) {
    must_see_all();
    std::string fixes;
    if (!server_.is_loaded) fixes = kLoad;
    if (!server_.extension)
      fixes += fmt::format("{}CREATE EXTENSION pg_stat_statements in {}", fixes.empty() ? "" : ", then ", database);
    if (!fixes.empty()) throw Refused{"there is no pg_stat_statements: " + fixes};
    if (!is_at_least(*server_.extension, 1, 9))
      throw Refused{fmt::format("pg_stat_statements {} is older than 1.9; ALTER EXTENSION pg_stat_statements UPDATE",
                                *server_.extension)};
    if (server_.track == "none")
      throw Refused{
          "pg_stat_statements.track is none; ALTER SYSTEM RESET pg_stat_statements.track, then SELECT "
          "pg_reload_conf()"};
    Statements result;
    const auto info = run(fmt::format(queries::kStatementsInfo, *server_.schema));
    result.forgotten = info[0][0].as<double>();
    result.since = info[0][1].as<std::string>();
    const char* extremes = is_at_least(*server_.extension, 1, 11) ? "minmax_stats_since = stats_since" : "true";
    const auto rows = run(fmt::format(queries::kStatements, *server_.schema, extremes, kMostStatements + 1));
    if (static_cast<std::size_t>(rows.size()) > kMostStatements)
      throw Refused{
          fmt::format("pg_stat_statements has more than {} statements; lower pg_stat_statements.max", kMostStatements)};
    for (const auto& row : rows) result.statements.push_back(statement(row));
    return result;
  }

  template <class Row>
  static StatementStats statement(const Row& row) {
    StatementStats stats;
    stats.key = row[0].template as<std::string>();
    const auto number = [&](int column) { return row[column].template as<double>(); };
    stats.calls = number(1);
    stats.total = number(2);
    stats.min = number(3);
    stats.max = number(4);
    stats.deviation = number(5);
    stats.has_extremes = row[6].template as<bool>();
    const std::string_view sql = row[7].c_str();
    auto found = classify_sql(sql);
    stats.query_type = std::move(found.operation);
    stats.table = found.table.empty() ? "none" : std::move(found.table);
    stats.text = shown_sql(sql, kShownSql);
    return stats;
  }

  Connections connections() {
    must_see_all();
    const auto row = run(queries::kConnections)[0];
    Connections result;
    result.used = row[0].as<double>();
    result.reserved = row[2].as<double>();
    result.limit = row[1].as<double>() - result.reserved;
    result.idle_in_transaction = row[3].as<double>();
    return result;
  }

  LockWaits locks() {
    must_see_all();
    const auto rows = run(queries::kLocks);
    if (rows.empty()) return std::nullopt;
    const auto row = rows[0];
    const auto text = [&](int column) { return row[column].is_null() ? std::string{} : row[column].as<std::string>(); };
    LockWait wait;
    wait.pid = row[0].as<int>();
    wait.seconds = row[1].as<double>();
    wait.what = kind_of_sql(text(2));
    wait.lock = text(3);
    wait.blocker = row[4].is_null() ? 0 : row[4].as<int>();
    wait.state = text(5);
    wait.transaction = row[6].is_null() ? 0 : row[6].as<double>();
    wait.last = kind_of_sql(text(7));
    wait.waiting = row[8].as<int>();
    return wait;
  }

  Tables tables() {
    Tables result;
    const auto rows = run(fmt::format(queries::kTables, kLargeTable, kMostTables + 1));
    if (static_cast<std::size_t>(rows.size()) > kMostTables)
      throw Refused{fmt::format("there are more than {} large tables", kMostTables)};
    for (const auto& row : rows) {
      result.tables.push_back({row[1].as<std::string>(), row[0].as<std::string>(), row[2].as<double>(),
                               row[3].as<double>(), row[4].as<double>(), row[5].as<bool>()});
    }
    for (const auto& row : run(queries::kUnusedIndexes)) {
      result.unused_indexes.push_back({row[0].as<std::string>(), row[1].as<std::string>(), row[2].as<double>()});
      result.unused = row[3].as<double>();
    }
    return result;
  }

  Blocks blocks() {
    const auto row = run(queries::kBlocks)[0];
    return {row[0].as<double>(), row[1].as<double>()};
  }

  static constexpr const char* kLoad = "add pg_stat_statements to shared_preload_libraries and restart the server";

  pqxx::connection& connection_;
  std::chrono::milliseconds timeout_;
  Server server_;
};

}  // namespace

Database::Database(const std::string& dsn, std::chrono::milliseconds timeout) : timeout_(timeout) {
  auto parsed = parse_dsn(dsn, timeout);
  connection_ = std::move(parsed.connection);
  where_ = parsed.host.empty() ? "PostgreSQL" : "PostgreSQL at " + printable(parsed.host);
}

DatabaseSample Database::sample() const {
  std::optional<pqxx::connection> connection;
  try {
    connection.emplace(connection_);
  } catch (const std::exception& error) {
    throw DatabaseError("the server can't be reached: " + all_lines(error.what()));
  }
  if (connection->server_version() < kOldestServer)
    throw DatabaseError("the server is older than version 14; vitals check knows 14 and newer");
  Deadline deadline(connection->sock(), timeout_);
  try {
    return Reader(*connection, timeout_).sample();
  } catch (const std::exception& error) {
    throw DatabaseError(deadline.passed() ? fmt::format("the server didn't answer within {} ms", timeout_.count())
                                          : first_line(error.what()));
  }
}

}  // namespace vitals::tool
