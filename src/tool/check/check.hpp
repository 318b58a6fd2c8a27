#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/input/fetch.hpp"
#include "tool/text/command_result.hpp"

namespace vitals::tool {

/// The command line of `vitals check`; docs/check.md explains it.
struct CheckArguments {
  std::string url, before, after, config;
  std::string prometheus, job, selector;  ///< a Prometheus server, and which of its series are the service's
  std::string window = "5m";              ///< of a Prometheus server
  std::string baseline;                   ///< an earlier report, in JSON
  std::string max_regression = "10%";
  std::string watch;                    ///< judge again after each such time; empty: once
  std::optional<std::string> database;  ///< how libpq reaches it
  std::string duration = "30s";
  std::string timeout = "10s";
  std::string format = "table";
  std::vector<std::string> reports;  ///< "junit=check.xml": written to files besides
  std::string fail_on = "warning";
  CredentialOptions credentials;  ///< for the address
  std::size_t min_samples = 0;    ///< 0: what the targets file says
  bool duration_given = false;
  bool no_color = false;
  bool print_targets = false;
};

/// The forms of a report, in the order in which they are offered.
inline constexpr std::array<std::string_view, 6> kReportForms{"table", "json", "junit", "markdown", "nagios", "github"};

/// vitals check. Status: 0 ok, 1 warning, 2 critical, 3 unknown. Throws what ends the command with status 3: wrong
/// usage, a wrong targets file, or no exposition.
CommandResult check(const CheckArguments& arguments);

}  // namespace vitals::tool
