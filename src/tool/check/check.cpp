#include "tool/check/check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include "tool/check/checked.hpp"
#include "tool/check/watch.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

struct WantedReport {
  std::string form, file;
};

// Whether both are one file; of a path that can't be looked up, opening says why.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = std::filesystem::weakly_canonical(a, error);
  return a == b || (!error && first == std::filesystem::weakly_canonical(b, error));
}

std::vector<WantedReport> wanted_reports(const CheckArguments& arguments) {
  std::vector<WantedReport> reports;
  for (const auto& text : arguments.reports) {
    const auto at = text.find('=');
    if (at == text.npos || at + 1 == text.size() ||
        std::ranges::find(kReportForms, text.substr(0, at)) == kReportForms.end())
      throw std::invalid_argument(
          fmt::format("--report {}: give a form and a file, FORM=FILE, such as junit=check.xml; forms are {}",
                      printable(text), fmt::join(kReportForms, ", ")));
    WantedReport report{text.substr(0, at), text.substr(at + 1)};
    const auto same =
        std::ranges::find_if(reports, [&](const WantedReport& one) { return is_same_file(one.file, report.file); });
    if (same != reports.end())
      throw std::invalid_argument(fmt::format("--report {}: {} gets the report of --report {}={}; give it another file",
                                              printable(text), printable(report.file), same->form,
                                              printable(same->file)));
    reports.push_back(std::move(report));
  }
  return reports;
}

// Before anything is measured: a mistake must not cost a load test, and the report of an earlier check must not outlive
// one that fails.
void empty_files(const std::vector<WantedReport>& reports) {
  for (const auto& [form, file] : reports) {
    if (!std::ofstream{file, std::ios::trunc})
      throw std::invalid_argument(fmt::format("--report {}={}: can't write to {}: {}", form, printable(file),
                                              printable(file), std::strerror(errno)));
  }
}

void write_report(const std::string& path, const std::string& text) {
  std::ofstream file{path, std::ios::trunc};
  file << text << std::flush;
  if (!file) throw std::runtime_error(fmt::format("can't write {}: {}", printable(path), std::strerror(errno)));
}

bool wants_colour(const CheckArguments& arguments) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const char* term = std::getenv("TERM");
  if (arguments.no_color || (no_color && *no_color)) return false;
  // Set by a caller that shows the table on a terminal later: https://bixense.com/clicolors
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && std::string_view(force) != "0") return true;
  return ::isatty(STDOUT_FILENO) && !(term && std::string_view(term) == "dumb");
}

void write_failure(const std::vector<WantedReport>& reports, const Checked& checked) {
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
  const auto reports = wanted_reports(arguments);
  // Read at first: the new report may take its place.
  std::optional<Baseline> earlier;
  if (!arguments.baseline.empty()) earlier.emplace(arguments);
  const auto* baseline = earlier ? &*earlier : nullptr;
  empty_files(reports);
  const auto write_reports = [&](const Checked& checked) {
    for (const auto& [form, file] : reports) write_report(file, report(form, checked, false));
  };
  const bool colour = wants_colour(arguments);
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
