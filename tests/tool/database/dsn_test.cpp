#include "tool/database/dsn.hpp"

#include <stdexcept>
#include <string>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::milliseconds kTimeout{2500};

std::string refusal(const std::string& text) {
  try {
    parse_dsn(text, kTimeout);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return {};
}

TEST(Dsn, IsOfEitherForm) {
  for (const auto* text : {"postgresql://app:geheim@db.example:5433/clinic",
                           "host=db.example port=5433 user=app "
                           "password=geheim dbname=clinic"}) {
    const auto dsn = parse_dsn(text, kTimeout);
    EXPECT_EQ(dsn.host, "db.example");
    EXPECT_THAT(dsn.connection, AllOf(HasSubstr("host='db.example'"), HasSubstr("port='5433'"), HasSubstr("user='app'"),
                                      HasSubstr("password='geheim'"), HasSubstr("dbname='clinic'")));
  }
}

TEST(Dsn, HasTheSettingsOfTheCheck) {
  const auto dsn = parse_dsn("application_name=other connect_timeout=0 password='it\\'s \\\\'", kTimeout);

  EXPECT_EQ(dsn.host, "");
  EXPECT_THAT(dsn.connection, AllOf(HasSubstr("application_name='vitals check'"), HasSubstr("connect_timeout='3'"),
                                    HasSubstr("client_encoding='UTF8'"), HasSubstr("password='it\\'s \\\\'")));
}

TEST(Dsn, PercentEncodedPasswordIsTaken) {
  EXPECT_THAT(parse_dsn("postgresql://app:a%40b%2Fc@db/clinic", kTimeout).connection, HasSubstr("password='a@b/c'"));
}

// Each of them has a piece of a password where libpq would take it for something that its messages show.
TEST(Dsn, IsRefusedWithoutRepeatingAnyOfIt) {
  for (const auto* text : {"postgresql://app:geh@eim@db/clinic", "postgresql://app:geh/eim@db/clinic",
                           "postgresql://app:geh?eim@db/clinic", "postgres://app:geh#eim@db/clinic",
                           "host=db password=geh eim", "host=db password=geh eim=1", "geheim", "host=app:geh@eim",
                           "port=geheim", "postgresql://app:geheim/clinic", "host='geheim"}) {
    const auto message = refusal(text);
    EXPECT_THAT(message,
                AllOf(HasSubstr("--database is no connection string"), Not(HasSubstr("geh")), Not(HasSubstr("eim"))))
        << text;
  }
}

}  // namespace
}  // namespace vitals::tool
