#pragma once
#include <string>

namespace vitals::tool {

/// What a subcommand prints to the standard output, and its exit status.
struct CommandResult {
  std::string output;
  int status;
  std::string fault{};  ///< what has failed since: it is told when the output is printed, and the status is 3
};

}  // namespace vitals::tool
