#pragma once
#include <string>

namespace vitals::tool {

/// What a subcommand prints to the standard output, and its exit status.
struct CommandResult {
  std::string output;
  int status;
};

}  // namespace vitals::tool
