#include "tool/check/database_check.hpp"

#include <fmt/core.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {

void DatabaseCheck::begin() {
  try {
    window_.before = database_.sample();
  } catch (const DatabaseError& error) {
    failure_ = error.what();
  }
}

void DatabaseCheck::end() {
  try {
    if (!failure_.empty()) throw DatabaseError(failure_);
    window_.after = database_.sample();
  } catch (const DatabaseError& error) {
    window_.after = Unreadable{error.what()};
  }
}

void DatabaseCheck::judge(const Targets& targets, Judgement& judgement) {
  judge_database(targets, window_, targets_, judgement);
}

std::string DatabaseCheck::name() const {
  const auto* sample = std::get_if<DatabaseSample>(&window_.after);
  return sample ? fmt::format("PostgreSQL {}, database {}", printable(sample->version), printable(sample->name))
                : database_.where();
}

}  // namespace vitals::tool
