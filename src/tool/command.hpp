#pragma once
#include <functional>

#include <CLI/App.hpp>

namespace vitals::tool {

/// A subcommand: one file each. main() adds them all and runs the one that was chosen.
struct Command {
  CLI::App* app;
  std::function<int()> run;  ///< returns the exit status
};

/// vitals check: exit 0 ok, 1 warning, 2 critical, 3 unknown, which includes wrong usage.
Command add_check(CLI::App& vitals);

/// vitals lint: exit 0 nothing to say, 1 warnings, 2 errors, 3 the source can't be read, or wrong usage.
Command add_lint(CLI::App& vitals);

}  // namespace vitals::tool
