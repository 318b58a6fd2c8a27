#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "database.hpp"
#include "tokens.hpp"

namespace clinic {

/// Who may use the clinic's API. Members answer JSON, or throw Problem. Thread-safe.
class Users {
 public:
  explicit Users(Database& database) : database_{database} {}

  /// Gives {"access_token": …} for the right {"email": …, "password": …}.
  std::string log_in(const nlohmann::json& input);
  /// The user that an Authorization header stands for.
  [[nodiscard]] User authorize(const std::string& header) const;
  std::string me(User user);

 private:
  Database& database_;
  Tokens tokens_;
};

}  // namespace clinic
