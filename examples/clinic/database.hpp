#pragma once

#include <cstddef>
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include <vitals/postgres.hpp>
#include <vitals/service_levels.hpp>

#include "queries.hpp"

namespace clinic {

/// The clinic's PostgreSQL: a pool of connections whose statements are timed.
/// Thread-safe. The exceptions of libpqxx pass through.
class Database {
 public:
  Database(vitals::Registry& registry, const std::string& dsn, std::size_t connections,
           const vitals::ServiceLevels& levels);

  /// Runs one statement that needs no transaction block around it.
  template <class... Values>
  pqxx::result query(const Query& query, const Values&... values) {
    auto connection = pool_.acquire();
    vitals::PgTransaction<pqxx::nontransaction> statement{metrics_, *connection};
    return statement.exec_prepared(query.name, values...);
  }

  /// Gives what body(transaction) gives, and commits; rolls back if it throws.
  template <class Body>
  auto transaction(Body body) {
    auto connection = pool_.acquire();
    vitals::PgTransaction transaction{metrics_, *connection};
    auto result = body(transaction);
    transaction.commit();
    return result;
  }

 private:
  std::unique_ptr<pqxx::connection> connect(const std::string& dsn);

  vitals::PgMetrics metrics_;
  vitals::PgPool pool_;
};

}  // namespace clinic
