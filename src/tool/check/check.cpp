#include "tool/check/check.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tool/check/checked.hpp"
#include "tool/check/watch.hpp"
#include "tool/text/report_files.hpp"

namespace vitals::tool {
namespace {

void write_failure(const std::vector<ReportFile>& reports, const Checked& checked) {
  for (const auto& [form, file] : reports) {
    try {
      write_report(file, report(form, checked, false));
    } catch (const std::runtime_error&) {
      // What made the check fail is told, and the file is empty.
    }
  }
}

}  // namespace

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
  empty_files(reports);
  const auto write_reports = [&](const Checked& checked) {
    for (const auto& [form, file] : reports) write_report(file, report(form, checked, false));
  };
  const bool colour = wants_colour(arguments.no_color);
  Checked checked;
  try {
    if (!arguments.watch.empty()) return watch(arguments, baseline, colour, write_reports);
    checked = judged(arguments, baseline);
  } catch (const std::exception& error) {
    write_failure(reports, failed(arguments, error.what()));
    throw;
  }
  write_reports(checked);
  return {report(arguments.format, checked, colour), checked.status};
}

}  // namespace vitals::tool
