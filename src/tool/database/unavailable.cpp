// The tool without PostgreSQL.
#include "tool/database/database.hpp"

namespace vitals::tool {

Database::Database(const std::string& /*dsn*/, std::chrono::milliseconds timeout) : timeout_(timeout) {
  throw std::invalid_argument(
      "--database: this vitals was built without PostgreSQL; build it with -DVITALS_POSTGRES=ON, which needs the "
      "packages "
      "libpqxx-dev and libpq-dev");
}

DatabaseSample Database::sample() const { return {}; }

}  // namespace vitals::tool
