#include "users.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "input.hpp"
#include "json_text.hpp"
#include "password.hpp"
#include "problem.hpp"
#include "queries.hpp"
#include "rows.hpp"

namespace clinic {

std::string Users::log_in(const nlohmann::json& input) {
  const auto email = required_text(input, "email", 254);
  const auto password = required_text(input, "password", 1024);
  const auto rows = database_.query(queries::kUserByEmail, email);
  const std::string hash = rows.empty() ? "" : rows[0]["password_hash"].c_str();
  if (!password_matches(password, hash)) throw unauthorized("wrong email or password");
  const User user{rows[0]["id"].as<int>(), rows[0]["workspace_id"].as<int>()};
  return R"({"access_token":)" + json_text(tokens_.issue(user)) + R"(,"token_type":"bearer"})";
}

User Users::authorize(const std::string& header) const {
  constexpr std::string_view kScheme = "bearer ";
  const bool is_bearer = header.size() > kScheme.size() &&
                         std::equal(kScheme.begin(), kScheme.end(), header.begin(), [](char expected, char actual) {
                           return expected == std::tolower(static_cast<unsigned char>(actual));
                         });
  if (!is_bearer) throw unauthorized("log in first, and send Authorization: Bearer <access_token>");
  const auto user = tokens_.find(header.substr(kScheme.size()));
  if (!user) throw unauthorized("the token is wrong or has expired");
  return *user;
}

std::string Users::me(User user) {
  const auto rows = database_.query(queries::kUserById, user.id);
  if (rows.empty()) throw not_found("this user was removed");
  return to_json(rows[0]);
}

}  // namespace clinic
