#pragma once
#include <cstddef>
#include <string>

#include "tool/check/check.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// The command line of `vitals top`; docs/top.md explains it.
struct TopArguments {
  CheckArguments service;  ///< its address, credentials, timeout and targets
  std::string interval = "2s";
  std::string window = "60s";
  std::size_t count = 0;  ///< end after so many; 0: when somebody wants to
  bool once = false;      ///< print the first window, and no screen
};

/// vitals top. Status: 0; 3 if there was no answer at last; 128 and its number for a signal that ended it. Throws what
/// ends the command with status 3 before there is a screen: wrong usage or a wrong file.
CommandResult top(const TopArguments& arguments);

}  // namespace vitals::tool
