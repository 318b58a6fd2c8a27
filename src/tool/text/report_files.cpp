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

#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// Whether both are one file; of a path that can't be looked up, opening says why.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = std::filesystem::weakly_canonical(a, error);
  return a == b || (!error && first == std::filesystem::weakly_canonical(b, error));
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

void empty_files(const std::vector<ReportFile>& reports) {
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

bool wants_colour(bool no_color_option) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const char* term = std::getenv("TERM");
  if (no_color_option || (no_color && *no_color)) return false;
  // Set by a caller that shows the table on a terminal later: https://bixense.com/clicolors
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && std::string_view(force) != "0") return true;
  return ::isatty(STDOUT_FILENO) && !(term && std::string_view(term) == "dumb");
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
