#pragma once

#include <cstdint>
#include <string>

#include "database.hpp"
#include "page.hpp"
#include "tokens.hpp"

namespace clinic {

/// Whom the clinic treats, and what it offers them. Members answer JSON, or throw Problem. Thread-safe.
class Clients {
 public:
  explicit Clients(Database& database) : database_{database} {}

  std::string list(User user, Page page);
  std::string find(User user, std::int64_t id);
  std::string services(User user, Page page);

 private:
  Database& database_;
};

}  // namespace clinic
