#pragma once
#include <string>

#include "tool/text/command_result.hpp"

namespace vitals::tool {

struct RulesArguments {
  std::string config;
  std::string output;
  std::string pack = "all";  ///< explicit, static or all
  std::string job;           ///< empty: all
  std::string runbooks = "docs/runbooks";
  bool check = false;
};

/// Writes rules for Prometheus and unit tests of them into a folder, and says which; with `check` promtool judges them.
/// The status is 0, or 3 if the levels have mistakes (a line each), or promtool is missing or finds one. Throws
/// std::runtime_error if a file can't be written, or there is one that vitals rules has not written: then none is.
CommandResult rules(const RulesArguments& arguments);

}  // namespace vitals::tool
