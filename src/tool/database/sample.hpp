#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace vitals::tool {

// What PostgreSQL tells of itself, read once. Times are in seconds; counts are since the statistics were reset. Plain
// values, without a type of libpqxx.

/// Why a part could not be read, with the fix.
struct Unreadable {
  std::string reason;
};
template <class T>
using Part = std::variant<Unreadable, T>;

/// What pg_stat_statements has of one statement. The times are those of its execution in the server: without planning,
/// the way over the network and the wait for a connection.
struct StatementStats {
  std::string key;         ///< the same in each sample
  std::string query_type;  ///< as the labels of db_query_duration_seconds have it
  std::string table;
  std::string text;  ///< for people, see shown_sql(); made of the longest-running ones alone
  double calls = 0;
  double total = 0;
  double min = 0;
  double max = 0;
  double deviation = 0;      ///< the standard deviation of all calls
  bool has_extremes = true;  ///< min and max are of all calls
};

struct Statements {
  std::vector<StatementStats> statements;
  std::string since;     ///< the reset of all
  double forgotten = 0;  ///< how often the least used ones were dropped for room
};

struct Connections {
  double used = 0;      ///< of clients, but for that of the check itself
  double limit = 0;     ///< without those that are reserved
  double reserved = 0;  ///< for superusers and roles of pg_use_reserved_connections
  double idle_in_transaction = 0;
};

/// The statement that has waited longest for a lock.
struct LockWait {
  int pid = 0;
  double seconds = 0;
  std::string what;   ///< "UPDATE clients"
  std::string lock;   ///< "ShareLock on transactionid"
  int blocker = 0;    ///< the pid that has been in its transaction for longest of those that block; 0: a prepared one
  std::string state;  ///< "idle in transaction"
  double transaction = 0;  ///< how long the blocker's has lasted
  std::string last;        ///< "UPDATE clients": the blocker's statement, the last one if it is idle
  int waiting = 0;         ///< all statements that wait
};
using LockWaits = std::optional<LockWait>;

struct TableStats {
  std::string name;  ///< with its schema
  std::string key;
  double rows = 0;
  double sequential_scans = 0;
  double index_scans = 0;
  bool has_index = true;
};

struct UnusedIndex {
  std::string name, table;
  double bytes = 0;
};

struct Tables {
  std::vector<TableStats> tables;           ///< those of at least kLargeTable rows
  std::vector<UnusedIndex> unused_indexes;  ///< the largest that no query used and no rule needs
  double unused = 0;                        ///< all of these
};
inline constexpr double kLargeTable = 10'000;

/// Of the database: blocks that were found in PostgreSQL's own cache, and those that were not.
struct Blocks {
  double hits = 0;
  double reads = 0;
};

struct DatabaseSample {
  std::string name;     ///< of the database
  std::string version;  ///< of the server: "15.18"
  std::string started;  ///< when the server was: it differs after a restart
  std::string since;    ///< the reset of tables and blocks; empty: never
  Part<Statements> statements;
  Part<Connections> connections;
  Part<LockWaits> locks;
  Part<Tables> tables;
  Part<Blocks> blocks;
};

}  // namespace vitals::tool
