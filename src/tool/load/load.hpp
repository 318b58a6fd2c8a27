#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tool/load/scenario_reader.hpp"
#include "tool/load/tls.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// The command line of `vitals load`; docs/load.md explains it.
struct LoadArguments {
  std::string scenario;  ///< a file; empty: one GET after the other of the address
  ScenarioOptions options;
  std::string config;  ///< service levels or a targets file
  std::string fail_on = "warning";
  std::string format = "table";
  std::vector<std::string> reports;  ///< "json=load.json"
  TlsOptions tls;
  std::string init;  ///< the file that `vitals load init` writes
  bool no_color = false;
};

/// vitals load. Status: without targets 0, or 1 if a request failed or was not sent; with them as `vitals check`; 130
/// if it was interrupted. Throws what ends the command with status 3: wrong usage, a wrong file, a setup that failed.
CommandResult load(const LoadArguments& arguments);

/// Gives the commented scenario to start from, or writes it to a file that there isn't yet. Throws std::runtime_error
/// if it can't.
CommandResult load_init(const LoadArguments& arguments);

/// The file that load_init() gives.
std::string_view scenario_template();

}  // namespace vitals::tool
