#include "tool/database/dsn.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>
#include <libpq-fe.h>

namespace vitals::tool {
namespace {

[[noreturn]] void fail(std::string_view fix) {
  throw std::invalid_argument(
      fmt::format("--database is no connection string that libpq takes as it is meant: {}", fix));
}

constexpr const char* kForms =
    "write postgresql://user@host/database, or 'host=… dbname=… user=…' with quotes around values that have blanks";
constexpr const char* kEncode =
    "in an address / ? # @ of a user or password are written %2F %3F %23 %40; better leave the password to PGPASSWORD "
    "or "
    "~/.pgpass";

// An @ that doesn't end the only credentials is a piece of a password that should have been percent-encoded: libpq
// would take what is around it for a host, a port or a database, and show it.
void check_address(std::string_view text) {
  const auto after_scheme = text.find("://");
  if (after_scheme == text.npos) return;
  const auto rest = text.substr(after_scheme + 3);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  const auto ats = std::count(rest.begin(), rest.end(), '@');
  if (ats != std::count(authority.begin(), authority.end(), '@') || ats > 1) fail(kEncode);
}

std::string dsn_value(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + '\'';
}

}  // namespace

Dsn parse_dsn(const std::string& text, std::chrono::milliseconds timeout) {
  check_address(text);
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options{PQconninfoParse(text.c_str(), nullptr),
                                                                             &PQconninfoFree};
  if (!options) fail(kForms);
  std::map<std::string, std::string> values;
  for (const auto* option = options.get(); option->keyword; ++option) {
    if (option->val) values[option->keyword] = option->val;
  }
  for (const auto* shown : {"host", "hostaddr", "port"}) {
    if (values.contains(shown) && values[shown].find('@') != std::string::npos) fail(kEncode);
  }
  const std::string& port = values["port"];
  if (port.find_first_not_of("0123456789,") != std::string::npos) fail("the port must be a number");
  const auto whole_seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
  values["application_name"] = "vitals check";
  values["client_encoding"] = "UTF8";
  values["connect_timeout"] = fmt::format("{}", std::max<long>(2, whole_seconds));
  Dsn dsn;
  dsn.host = values.contains("host")       ? values["host"]
             : values.contains("hostaddr") ? values["hostaddr"]
                                           : std::string{};
  for (const auto& [name, value] : values) {
    if (!value.empty()) dsn.connection += fmt::format("{}={} ", name, dsn_value(value));
  }
  return dsn;
}

}  // namespace vitals::tool
