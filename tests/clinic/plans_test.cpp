// That PostgreSQL finds what each query of the clinic wants by the index that was made for it, once there is much more
// in the tables than the one page wants: by EXPLAIN, planned for its parameters and for any.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../../examples/clinic/queries.hpp"
#include "support/test_path.hpp"

namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

struct Plan {
  std::string parameters;
  std::vector<std::string> indexes;  // regular expressions
};

// By the name of the query, for clinic 7. Those of the guide's critical endpoints are lists and look-ups of
// appointments and clients.
const std::map<std::string, Plan> kPlans{
    {"health", {"", {}}},
    {"user_by_email", {"'user4711@example.com'", {"users_email_key"}}},
    {"user_by_id", {"4711", {"users_pkey"}}},
    {"clients", {"7, 20, 20", {"idx_clients_workspace_active"}}},
    {"client", {"7, 4711", {"clients_pkey"}}},
    {"client_exists", {"7, 4711", {"clients_pkey"}}},
    {"services", {"7, 20, 0", {}}},  // of which there are few: one page, which is read
    {"newest_appointments", {"7, 20, 0", {"idx_appointments_workspace "}}},
    {"appointments_of_day", {"7, 20, 0, '2022-12-21'", {"idx_appointments_workspace_start"}}},
    {"schedule", {"7, 20, 0, '2022-12-21'", {"idx_appointments_workspace_start"}}},
    {"schedule_of_therapist", {"7, 20, 0, '2022-12-21', 105", {"idx_appointments_therapist_start"}}},
    {"appointment", {"7, 104711", {"appointments_pkey|idx_appointments_workspace "}}},
    {"insert_appointment", {"7, 4711, 3, '2024-10-25T10:00:00', 60", {"clients_pkey"}}},
    {"sessions", {"7, 20, 0", {"idx_sessions_workspace"}}},
    {"sessions_of_appointment", {"7, 20, 0, 104711", {"idx_sessions_appointment"}}},
    {"insert_session", {"7, 104711, 'As planned.'", {"appointments_pkey|idx_appointments_workspace "}}},
};

// 49 more clinics, so that one has few of the rows, with therapists of their own.
constexpr auto kGrow = R"(
INSERT INTO workspaces (id, name) SELECT n, 'Clinic ' || n FROM generate_series(2, 50) AS n;
INSERT INTO users (id, workspace_id, email, name, password_hash)
SELECT 100 + n, 2 + n % 49, 'user' || n || '@example.com', 'User', '' FROM generate_series(1, 5000) AS n;
INSERT INTO therapists (id, workspace_id, name)
SELECT 100 + n, 2 + n % 49, 'Therapist' FROM generate_series(0, 195) AS n;
INSERT INTO clients (id, workspace_id, therapist_id, name, email, phone, is_active)
SELECT 1000 + n, 2 + n % 49, 100 + n % 196, 'Client', '', '', n % 10 <> 0 FROM generate_series(1, 19600) AS n;
INSERT INTO appointments (id, workspace_id, client_id, service_id, therapist_id, start_time, duration_minutes)
SELECT 100000 + n, 2 + n % 49, 1001 + n % 19600, 1, 100 + n % 196, timestamp '2022-11-28' + n * interval '10 minutes', 45
FROM generate_series(1, 40000) AS n;
INSERT INTO sessions (id, workspace_id, appointment_id)
SELECT 100000 + n, 2 + n % 49, 100000 + n FROM generate_series(1, 40000) AS n;
ANALYZE workspaces, users, therapists, clients, services, appointments, sessions)";

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>{file}, {}};
}

class Plans : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* const dsn = std::getenv("VITALS_TEST_POSTGRES");
    if (dsn == nullptr) GTEST_SKIP() << "VITALS_TEST_POSTGRES is not set; tests/run.sh starts a PostgreSQL and sets it";
    connection_.emplace(dsn);
    run("SET client_min_messages = error; DROP SCHEMA IF EXISTS " + schema_ + " CASCADE; CREATE SCHEMA " + schema_ +
        "; SET search_path = " + schema_);
    const std::string folder = test_path("../examples/clinic/");
    run(text_of(folder + "schema.sql"));
    run(text_of(folder + "seed.sql"));
    run(kGrow);
    for (const auto* query : clinic::queries::all()) run("PREPARE " + query->name + " AS " + query->sql);
  }
  void TearDown() override {
    if (connection_) run("DROP SCHEMA IF EXISTS " + schema_ + " CASCADE");
  }

  pqxx::result run(const std::string& sql) {
    pqxx::nontransaction work{*connection_};
    return work.exec(sql);
  }
  std::string explain(const clinic::Query& query, const std::string& parameters) {
    const std::string execute = query.name + (parameters.empty() ? "" : "(" + parameters + ")");
    std::string plan;
    for (const auto& row : run("EXPLAIN (COSTS OFF) EXECUTE " + execute)) plan += row[0].as<std::string>() + "\n";
    return plan;
  }

 private:
  // Of its own, since ctest runs several tests at once.
  const std::string schema_ =
      "\"clinic " + std::string{::testing::UnitTest::GetInstance()->current_test_info()->name()} + "\"";
  std::optional<pqxx::connection> connection_;
};

TEST_F(Plans, UseTheIndexesThatWereMadeForThem) {
  for (const auto* mode : {"force_custom_plan", "force_generic_plan"}) {
    run(std::string{"SET plan_cache_mode = "} + mode);
    for (const auto* query : clinic::queries::all()) {
      SCOPED_TRACE(query->name + ", " + mode);
      ASSERT_TRUE(kPlans.contains(query->name)) << "say here which indexes it is to use";
      const Plan& expected = kPlans.at(query->name);
      const std::string plan = explain(*query, expected.parameters);
      for (const auto& index : expected.indexes) EXPECT_THAT(plan, ContainsRegex(index));
      for (const auto* table : {"appointments", "clients", "sessions", "users"}) {
        EXPECT_THAT(plan, Not(HasSubstr(std::string{"Seq Scan on "} + table)));
      }
    }
  }
}

// As a schedule is read; the whole condition is the index's.
TEST_F(Plans, WeekOfAWorkspaceIsFoundByOneIndex) {
  std::string plan;
  for (const auto& row : run("EXPLAIN (COSTS OFF) SELECT * FROM appointments WHERE workspace_id = 7 "
                             "AND start_time >= '2022-12-19' AND start_time < '2022-12-26' ORDER BY start_time"))
    plan += row[0].as<std::string>() + "\n";
  EXPECT_THAT(plan, HasSubstr("idx_appointments_workspace_start"));
  EXPECT_THAT(plan, ContainsRegex("Index Cond: .*workspace_id = 7.*start_time >=.*start_time <"));
  EXPECT_THAT(plan, Not(HasSubstr("Filter")));
}

TEST_F(Plans, EachForeignKeyBeginsAnIndex) {
  const auto missing = run(R"(
SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = quote_ident(current_schema())::regnamespace
AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1]))");
  for (const auto& row : missing)
    ADD_FAILURE() << row[0].as<std::string>() << " has no index in examples/clinic/schema.sql";
  EXPECT_GT(run("SELECT FROM pg_constraint WHERE contype = 'f' AND connamespace = "
                "quote_ident(current_schema())::regnamespace")
                .size(),
            10u);
}

// What would tell that the test sees it.
TEST_F(Plans, ShowASequentialScanWhereTheIndexIsGone) {
  run("DROP INDEX idx_sessions_appointment");
  EXPECT_THAT(explain(clinic::queries::kSessionsOfAppointment, kPlans.at("sessions_of_appointment").parameters),
              Not(HasSubstr("idx_sessions_appointment")));
  run("DROP INDEX idx_clients_workspace_active");
  EXPECT_THAT(explain(clinic::queries::kClients, kPlans.at("clients").parameters),
              Not(HasSubstr("idx_clients_workspace_active")));
}

}  // namespace
