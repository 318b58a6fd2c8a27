#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tool/load/scenario.hpp"

namespace vitals::tool {

/// What the command line says in place of the file. Texts as they were given; empty: nothing.
struct ScenarioOptions {
  std::string url{}, rate{}, users{}, duration{}, timeout{}, connections{}, threads{}, seed{};
  bool poisson = false;
};

/// Reads a scenario; docs/load.md explains its keys. `file` is its name in messages.
/// Throws std::invalid_argument with a line for each mistake: "file:line:column: what; the fix".
Scenario read_scenario(std::string_view yaml, std::string_view file, const ScenarioOptions& options);

/// One GET after the other of an address, without a file. Throws std::invalid_argument.
Scenario scenario_of_url(const ScenarioOptions& options);

}  // namespace vitals::tool
