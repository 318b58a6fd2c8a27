#include "tool/text/report_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include "core/system/replace_file.hpp"
#include "tool/text/is_terminal.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// Whether both are one file; of a path that can't be looked up, opening says why.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = std::filesystem::weakly_canonical(a, error);
  return a == b || (!error && first == std::filesystem::weakly_canonical(b, error));
}

// A device, a pipe or a socket, which nothing can take the place of.
bool is_special(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  return !error && std::filesystem::is_other(status);
}

// Why a file can't be written, as errno has it, or 0.
int writing_fault(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return EISDIR;
  if (::access(path.c_str(), W_OK) == 0) return 0;
  if (errno != ENOENT) return errno;
  const auto folder = path.substr(0, path.rfind('/') + 1);
  return ::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0 ? 0 : errno;
}

}  // namespace

std::vector<ReportFile> report_files(const std::vector<std::string>& options, std::span<const std::string_view> forms,
                                     std::string_view example) {
  std::vector<ReportFile> reports;
  for (const auto& text : options) {
    const auto at = text.find('=');
    if (at == text.npos || at + 1 == text.size() || std::ranges::find(forms, text.substr(0, at)) == forms.end())
      throw std::invalid_argument(
          fmt::format("--report {}: give a form and a file, FORM=FILE, such as {}; forms are {}", printable(text),
                      example, fmt::join(forms, ", ")));
    ReportFile report{text.substr(0, at), text.substr(at + 1)};
    const auto same =
        std::ranges::find_if(reports, [&](const ReportFile& one) { return is_same_file(one.file, report.file); });
    if (same != reports.end())
      throw std::invalid_argument(fmt::format("--report {}: {} gets the report of --report {}={}; give it another file",
                                              printable(text), printable(report.file), same->form,
                                              printable(same->file)));
    reports.push_back(std::move(report));
  }
  return reports;
}

void must_be_writable(const std::vector<ReportFile>& reports, std::span<const std::string> inputs) {
  for (const auto& [form, file] : reports) {
    const auto& path = file;
    const auto input = std::ranges::find_if(
        inputs, [&path](const std::string& one) { return !one.empty() && is_same_file(one, path); });
    if (input != inputs.end())
      throw std::invalid_argument(
          fmt::format("--report {}={}: {} is read by this command, and would be overwritten; "
                      "give another file",
                      form, printable(file), printable(*input)));
    if (const int error = writing_fault(file); error != 0)
      throw std::invalid_argument(fmt::format("--report {}={}: can't write to {}: {}", form, printable(file),
                                              printable(file), std::generic_category().message(error)));
  }
}

void write_report(const std::string& path, const std::string& text) {
  int error = 0;
  if (!is_special(path)) {
    try {
      return detail::replace_file(path, text);
    } catch (const std::system_error& failure) {
      error = failure.code().value();
    }
    // In a folder where no file may be made, the one that is there may still be written.
    const bool is_of_folder = error == EACCES || error == EPERM || error == EROFS || error == EBUSY;
    if (!is_of_folder || ::access(path.c_str(), W_OK) != 0)
      throw std::runtime_error(
          fmt::format("can't write {}: {}", printable(path), std::generic_category().message(error)));
  }
  std::ofstream file{path, std::ios::trunc};
  file << text << std::flush;
  if (!file) throw std::runtime_error(fmt::format("can't write {}: {}", printable(path), std::strerror(errno)));
}

std::string write_reports(const std::vector<ReportFile>& reports,
                          const std::function<std::string(const std::string& form)>& text_of) {
  std::string faults;
  for (const auto& [form, file] : reports) {
    try {
      write_report(file, text_of(form));
    } catch (const std::exception& error) {
      faults += fmt::format("{}{}", faults.empty() ? "" : "; ", error.what());
    }
  }
  return faults;
}

bool wants_colour(bool no_color_option) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  if (no_color_option || (no_color && *no_color)) return false;
  // Set by a caller that shows the table on a terminal later: https://bixense.com/clicolors
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && std::string_view(force) != "0") return true;
  return is_terminal(STDOUT_FILENO);
}

void write_new_file(const std::string& path, std::string_view text) {
  const auto fail = [&path] {
    const auto* const fix = errno == EEXIST ? "; it is never overwritten, give another name" : "";
    throw std::runtime_error(
        fmt::format("{} can't be written: {}{}", printable(path, 4096), std::generic_category().message(errno), fix));
  };
  // x: what somebody wrote is not lost.
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "wbxe"), std::fclose};
  if (!file) fail();
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() || std::fclose(file.release()) != 0) fail();
}

}  // namespace vitals::tool
