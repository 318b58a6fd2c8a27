#include "tool/check/check.hpp"

#include <array>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tool/check/checked.hpp"
#include "tool/check/watch.hpp"
#include "tool/text/report_files.hpp"

namespace vitals::tool {

CommandResult check(const CheckArguments& arguments) {
  if (arguments.print_targets) return {std::string(builtin_targets()), 0};
  if (arguments.url.empty() && arguments.before.empty() && arguments.prometheus.empty() && !arguments.database) {
    throw std::invalid_argument(
        "give --url, --prometheus, --database, or --before and --after; see vitals check --help");
  }
  const auto reports = report_files(arguments.reports, kReportForms, "junit=check.xml");
  // Read at first: the new report may take its place.
  std::optional<Baseline> earlier;
  if (!arguments.baseline.empty()) earlier.emplace(arguments);
  const auto* baseline = earlier ? &*earlier : nullptr;
  must_be_writable(reports, std::array{arguments.config, arguments.before, arguments.after});
  const bool colour = wants_colour(arguments.no_color);
  Checked checked;
  try {
    if (!arguments.watch.empty()) {
      return watch(arguments, baseline, colour, [&](const Checked& window) {
        for (const auto& [form, file] : reports) write_report(file, report(form, window, false));
      });
    }
    checked = judged(arguments, baseline);
  } catch (const std::exception& error) {
    // What made the check fail is told, whether it can be written too or not.
    const auto failure = failed(arguments, error.what());
    (void)write_reports(reports, [&](const std::string& form) { return report(form, failure, false); });
    throw;
  }
  auto faults = write_reports(reports, [&](const std::string& form) { return report(form, checked, false); });
  return {report(arguments.format, checked, colour), checked.status, std::move(faults)};
}

}  // namespace vitals::tool
