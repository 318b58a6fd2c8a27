#pragma once
#include <string>

#include "tool/text/command_result.hpp"

namespace vitals::tool {

struct DashboardsArguments {
  std::string config;
  std::string output;
  std::string job;   ///< empty: chosen in Grafana
  bool all = false;  ///< also those of components on which there is no level
};

/// Writes dashboards for Grafana into a folder, and says which; those of before that the levels have no more are
/// removed. The status is 0, or 3 if the levels have mistakes (a line each). Throws std::runtime_error if a file can't
/// be written, or there is one that vitals dashboards has not written: then none is.
CommandResult dashboards(const DashboardsArguments& arguments);

}  // namespace vitals::tool
