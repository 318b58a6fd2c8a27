#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::tool {

/// A report that goes to a file, as an option says: "junit=check.xml".
struct ReportFile {
  std::string form, file;
};

/// The values of --report, of which `example` is one. Throws std::invalid_argument for a form that is none of `forms`,
/// and for two reports of one file.
std::vector<ReportFile> report_files(const std::vector<std::string>& options, std::span<const std::string_view> forms,
                                     std::string_view example);
/// Before anything is measured: a mistake must not cost a load test, and the report of an earlier run must not outlive
/// one that fails. Throws std::invalid_argument if a file can't be written.
void empty_files(const std::vector<ReportFile>& reports);
/// Throws std::runtime_error if it can't.
void write_report(const std::string& path, const std::string& text);

/// Writes a file that there isn't yet, to start from. Throws std::runtime_error if it can't.
void write_new_file(const std::string& path, std::string_view text);

/// Whether the standard output is to have colour, by --no-color, the environment and what it is.
bool wants_colour(bool no_color);

}  // namespace vitals::tool
