#pragma once
#include <string>
#include <string_view>

#include "tool/text/command_result.hpp"

namespace vitals::tool {

struct LevelsArguments {
  std::string file;
};

/// Gives the commented file of service levels to start from, or writes it to a file that there isn't yet. Throws
/// std::runtime_error if it can't.
CommandResult levels_init(const LevelsArguments& arguments);

/// Reads a file of service levels and gives its mistakes, a line each; then the exit status is 3.
CommandResult levels_check(const LevelsArguments& arguments);

/// The file that levels_init() gives.
std::string_view levels_template();

}  // namespace vitals::tool
