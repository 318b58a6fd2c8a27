#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "database.hpp"
#include "page.hpp"
#include "tokens.hpp"

namespace clinic {

/// What was done at appointments. Members answer JSON, or throw Problem. Thread-safe.
class Sessions {
 public:
  explicit Sessions(Database& database) : database_{database} {}

  /// The newest first; those of one appointment, or all if 0.
  std::string list(User user, std::int64_t appointment_id, Page page);
  std::string create(User user, const nlohmann::json& input);

 private:
  Database& database_;
};

}  // namespace clinic
