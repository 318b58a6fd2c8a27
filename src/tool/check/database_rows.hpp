#pragma once
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/database/sample.hpp"

namespace vitals::tool {

/// What a database showed at the beginning of a window, if there is one, and at the end. Or why it showed nothing.
struct DatabaseWindow {
  std::optional<DatabaseSample> before;
  std::variant<Unreadable, DatabaseSample> after;
};

/// Judges the database and appends its rows, lists and remarks to those of the service. The rows are of `targets` as
/// far as these are of statements (Target::statements) and pools (Target::is_pool_usage), and of built-in ones; all of
/// them are put into `owned`, which must outlive the judgement.
void judge_database(const Targets& targets, const DatabaseWindow& window, std::deque<Target>& owned,
                    Judgement& judgement);

}  // namespace vitals::tool
