#pragma once
#include <chrono>
#include <deque>
#include <string>

#include "tool/check/database_rows.hpp"
#include "tool/database/database.hpp"

namespace vitals::tool {

/// The database's part of a check: what it shows at the end, or what changed since the beginning.
class DatabaseCheck {
 public:
  /// Throws std::invalid_argument as Database does.
  DatabaseCheck(const std::string& dsn, std::chrono::milliseconds timeout) : database_(dsn, timeout) {}

  /// Begins a window; without one all is judged that happened since the statistics were reset.
  void begin();
  void end();
  /// Appends its rows to the judgement, which must not outlive this.
  void judge(const Targets& targets, Judgement& judgement);
  /// "PostgreSQL 15.18, database clinic", "PostgreSQL at 10.0.0.1" if it can't be reached.
  [[nodiscard]] std::string name() const;

 private:
  Database database_;
  DatabaseWindow window_{{}, Unreadable{}};
  std::string failure_;  // of the first sample
  std::deque<Target> targets_;
};

}  // namespace vitals::tool
