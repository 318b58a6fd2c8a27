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

}  // namespace vitals::tool
