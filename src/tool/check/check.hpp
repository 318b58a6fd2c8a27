#pragma once
#include <cstddef>
#include <string>

#include "tool/input/fetch.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// The command line of `vitals check`; docs/check.md explains it.
struct CheckArguments {
  std::string url, before, after, config;
  std::string duration = "30s";
  std::string timeout = "10s";
  std::string format = "table";
  std::string fail_on = "warning";
  CredentialOptions credentials;  ///< for the address
  std::size_t min_samples = 0;    ///< 0: what the targets file says
  bool duration_given = false;
  bool no_color = false;
  bool print_targets = false;
};

/// vitals check. Status: 0 ok, 1 warning, 2 critical, 3 unknown. Throws what ends the command with status 3: wrong
/// usage, a wrong targets file, or no exposition.
CommandResult check(const CheckArguments& arguments);

}  // namespace vitals::tool
