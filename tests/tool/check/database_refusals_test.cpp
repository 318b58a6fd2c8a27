// What of a database can't be judged, and that nothing secret is told: by the real executable and a real PostgreSQL.
#include <cstdlib>
#include <string>

#include <gmock/gmock.h>

#include "tool/check/database_server.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class DatabaseCheckRefusals : public DatabaseCheckTest {
 protected:
  DatabaseCheckRefusals() : DatabaseCheckTest(kPreload) {}
};

TEST_F(DatabaseCheckRefusals, ExtensionThatIsMissingOrOldIsUnknownWithTheFix) {
  const auto missing = check();
  EXPECT_EQ(missing.status, 3);
  EXPECT_THAT(line_of(missing.out, "postgres slowest mean"),
              AllOf(HasSubstr(" unknown "), HasSubstr("CREATE EXTENSION pg_stat_statements in vitals")));
  EXPECT_THAT(line_of(missing.out, "postgres connections"), HasSubstr(" ok "));

  run("CREATE EXTENSION pg_stat_statements VERSION '1.7'");
  EXPECT_THAT(
      line_of(check().out, "postgres slowest mean"),
      AllOf(HasSubstr(" unknown "), HasSubstr("1.7 is older than 1.9; ALTER EXTENSION pg_stat_statements UPDATE")));
  run("ALTER EXTENSION pg_stat_statements UPDATE");
  EXPECT_THAT(line_of(check().out, "postgres slowest mean"), Not(HasSubstr(" unknown ")));

  run("ALTER DATABASE vitals SET pg_stat_statements.track = none");
  EXPECT_THAT(line_of(check().out, "postgres slowest mean"),
              AllOf(HasSubstr(" unknown "), HasSubstr("ALTER SYSTEM RESET pg_stat_statements.track")));
}

TEST_F(DatabaseCheckRefusals, RoleWithoutRightsIsUnknownWithTheFix) {
  run("CREATE EXTENSION pg_stat_statements");
  run("CREATE ROLE \"the app\" LOGIN");

  const auto refused = check_as("user='the app'");
  EXPECT_EQ(refused.status, 3);
  for (const auto* row : {"postgres slowest mean", "postgres connections", "postgres longest lock wait"}) {
    EXPECT_THAT(line_of(refused.out, row),
                AllOf(HasSubstr(" unknown "), HasSubstr("GRANT pg_read_all_stats TO \"the app\"")));
  }
  run("GRANT pg_read_all_stats TO \"the app\"");
  EXPECT_THAT(check_as("user='the app'").out, Not(HasSubstr(" unknown ")));

  run("CREATE SCHEMA hidden");
  run("ALTER EXTENSION pg_stat_statements SET SCHEMA hidden");
  EXPECT_THAT(line_of(check_as("user='the app'").out, "postgres slowest mean"),
              AllOf(HasSubstr(" unknown "), HasSubstr("permission denied for schema hidden"),
                    HasSubstr("GRANT it to \"the app\": USAGE of a schema")));
}

TEST_F(DatabaseCheckRefusals, ResetWithinTheWindowIsUnknown) {
  run("CREATE EXTENSION pg_stat_statements");
  // The service's first scrape is between the two samples of the database.
  ScriptedServer service([&](int number, const std::string&) {
    pqxx::connection own{dsn()};
    if (number == 0) run(own, "SELECT pg_stat_statements_reset()");
    return http_ok(read_text(data_folder() + "/after.prom"));
  });
  const auto result = check({"--url", service.url(), "--duration", "1ms"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(line_of(result.out, "postgres slowest mean"),
              AllOf(HasSubstr(" unknown "), HasSubstr("pg_stat_statements was reset within the window")));
  EXPECT_THAT(line_of(result.out, "postgres connections"), HasSubstr(" ok "));
}

TEST_F(DatabaseCheckRefusals, PasswordAppearsNowhere) {
  run("CREATE ROLE locked LOGIN PASSWORD 'right'");
  const auto rules = run("SHOW hba_file")[0][0].as<std::string>();
  run("COPY (SELECT unnest(ARRAY['local all locked scram-sha-256', 'local all all trust'])) TO '" + rules + "'");
  run("SELECT pg_reload_conf()");

  for (const auto* form : {"table", "json", "junit", "markdown", "nagios", "github"}) {
    const auto wrong = check_as("user=locked password=geheim", {"--format", form});
    EXPECT_EQ(wrong.status, 3) << form;
    EXPECT_THAT(wrong.out, HasSubstr("password authentication failed")) << form;
    EXPECT_THAT(wrong.out + wrong.err, Not(HasSubstr("geheim"))) << form;
  }
  EXPECT_THAT(check_as("user=locked password=right").out,
              AllOf(HasSubstr(", database vitals, "), Not(HasSubstr("right"))));
}

TEST(DatabaseCheck, PreloadThatIsMissingIsUnknownWithTheFix) {
  PrivatePostgres server;
  const auto slowest = [&] {
    return line_of(run_tool({"check", "--database", server.dsn()}).out, "postgres slowest mean");
  };
  EXPECT_THAT(slowest(), AllOf(HasSubstr(" unknown "), HasSubstr("add pg_stat_statements to shared_preload_libraries"),
                               HasSubstr("then CREATE EXTENSION pg_stat_statements in vitals")));
  {
    pqxx::connection connection{server.dsn()};
    pqxx::nontransaction{connection}.exec("CREATE EXTENSION pg_stat_statements");
  }
  EXPECT_THAT(slowest(), AllOf(HasSubstr(" unknown "), HasSubstr("add pg_stat_statements to shared_preload_libraries"),
                               Not(HasSubstr("CREATE EXTENSION"))));
}

TEST(DatabaseCheck, UnreachableServerIsUnknownAndTheServiceIsJudged) {
  ScriptedServer service([](int, const std::string&) { return http_ok(read_text(data_folder() + "/after.prom")); });
  const auto result = run_tool(
      {"check", "--database", "host=127.0.0.1 port=1 password=geheim", "--url", service.url(), "--duration", "1ms"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(
      line_of(result.out, "postgres connections"),
      AllOf(HasSubstr(" unknown "), HasSubstr("the server can't be reached: "), HasSubstr("Connection refused")));
  EXPECT_THAT(result.out, AllOf(HasSubstr("\np95 response time "), Not(HasSubstr("geheim"))));
}

TEST(DatabaseCheck, ServerThatNeverAnswersIsUnknown) {
  ScriptedServer silent([](int, const std::string&) { return std::nullopt; });
  const auto port = silent.url().substr(silent.url().rfind(':') + 1);
  const auto result =
      run_tool({"check", "--database", "host=127.0.0.1 port=" + port.substr(0, port.find('/')), "--timeout", "1s"});

  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, AllOf(HasSubstr("PostgreSQL at 127.0.0.1, "), HasSubstr("the server can't be reached: ")));
}

TEST(DatabaseCheck, WrongCommandLineRepeatsNoSecret) {
  const std::vector<std::vector<std::string>> wrong{
      {"check", "--database", "postgresql://app:geh@eim@db/clinic"},
      {"check", "--database", "password=geh eim"},
      {"check", "--databse", "host=db password=geheim"},
      {"check", "--database", "host=db", "host=db password=geheim"},
      {"check", "--database", "host=db password=geheim", "--database", "host=db password=geheim"},
      {"check", "--database", "host=db password=geheim", "--before", "before.prom", "--after", "after.prom"}};
  for (const auto& arguments : wrong) {
    const auto result = run_tool(arguments);
    EXPECT_EQ(result.status, 3) << arguments.back();
    EXPECT_THAT(result.out + result.err, AllOf(Not(HasSubstr("geh")), Not(HasSubstr("eim")))) << arguments.back();
  }
}

}  // namespace
}  // namespace vitals::tool
