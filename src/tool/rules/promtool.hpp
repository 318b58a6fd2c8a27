#pragma once
#include <string>
#include <vector>

#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// Runs promtool's check of the rules, with all of its lint, and their tests. The output is what promtool says, if it
/// finds a mistake; the status 0 if it finds none, else 3, as where there is no promtool.
CommandResult check_with_promtool(const std::vector<std::string>& rules, const std::vector<std::string>& tests);

}  // namespace vitals::tool
