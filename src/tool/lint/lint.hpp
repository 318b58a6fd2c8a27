#pragma once
#include <string>

#include <vitals/lint.hpp>

#include "tool/input/fetch.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// The command line of `vitals lint`; docs/lint.md explains it.
struct LintArguments {
  std::string source, format;
  std::string timeout = "10s";
  CredentialOptions credentials;  ///< for an address
  LintOptions lint;
  bool json = false;
  bool warnings_as_errors = false;
};

/// vitals lint. Status: 0 nothing to say, 1 warnings, 2 errors. Throws what ends the command with status 3: wrong
/// usage, or a source that can't be read.
CommandResult lint(const LintArguments& arguments);

}  // namespace vitals::tool
