#include <memory>

#include <vitals/postgres.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::PgMetrics pg{registry};
  vitals::PgPool pool{pg, "main", {.max_size = 1}, [] { return std::make_unique<pqxx::connection>("host=/nowhere"); }};
  return vitals::classify_sql("SELECT * FROM users").table == "users" ? 0 : 1;
}
