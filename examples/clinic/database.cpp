#include "database.hpp"

#include <chrono>
#include <cstdio>

namespace clinic {
namespace {

void log_slow_query(const vitals::SlowQuery& query) {
  std::fprintf(stderr, "clinic: slow query (%.2f s): %s\n", std::chrono::duration<double>(query.duration).count(),
               std::string{query.sql}.c_str());
}

}  // namespace

Database::Database(vitals::Registry& registry, const std::string& dsn, std::size_t connections)
    : metrics_{registry,
               // The buckets: the targets of targets.yml, and one bound below them, where the statements are. How many
               // took longer than slow_query is counted in db_slow_queries_total.
               {.slow_query = std::chrono::seconds{1},
                .on_slow_query = log_slow_query,
                .buckets = {0.0025, 0.01, 0.05, 0.1, 0.2}}},
      pool_{metrics_, "main", {.max_size = connections, .acquire_timeout = std::chrono::seconds{2}}, [this, dsn] {
              return connect(dsn);
            }} {}

std::unique_ptr<pqxx::connection> Database::connect(const std::string& dsn) {
  auto connection = std::make_unique<pqxx::connection>(dsn);
  for (const Query* query : queries::all()) metrics_.prepare(*connection, query->name, query->sql);
  return connection;
}

}  // namespace clinic
