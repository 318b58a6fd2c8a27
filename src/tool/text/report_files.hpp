#pragma once
#include <functional>
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
/// Before anything is measured: a mistake must not cost a load test. Changes nothing. Throws std::invalid_argument if a
/// file can't be written, or is one of those that are read.
void must_be_writable(const std::vector<ReportFile>& reports, std::span<const std::string> inputs);
/// Takes the place of an earlier report at once, so that one that can't be written costs no other. Throws
/// std::runtime_error if it can't.
void write_report(const std::string& path, const std::string& text);

/// Writes them all; gives what couldn't be written and why, or nothing.
std::string write_reports(const std::vector<ReportFile>& reports,
                          const std::function<std::string(const std::string& form)>& text_of);

/// Writes a file that there isn't yet, to start from. Throws std::runtime_error if it can't.
void write_new_file(const std::string& path, std::string_view text);

/// Whether the standard output is to have colour, by --no-color, the environment and what it is.
bool wants_colour(bool no_color);

}  // namespace vitals::tool
