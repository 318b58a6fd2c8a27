#include "tool/output/output_files.hpp"

#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

#include <vitals/version.hpp>

#include "core/system/replace_file.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

std::string shown(const std::filesystem::path& path) { return printable(path.string(), kMostOfPath); }

std::runtime_error failed(const std::filesystem::path& path, const char* what, const std::error_code& error) {
  return std::runtime_error(fmt::format("{} can't be {}: {}", shown(path), what, error.message()));
}

bool is_ours(const std::filesystem::path& path, const OutputWriter& writer) {
  std::ifstream file{path, std::ios::binary};
  std::string begin(writer.mark.size(), '\0');
  file.read(begin.data(), static_cast<std::streamsize>(begin.size()));
  return file && begin == writer.mark;
}

// What somebody else wrote is not lost.
void must_be_ours(const std::filesystem::path& path, const OutputWriter& writer) {
  if (!std::filesystem::exists(path) || is_ours(path, writer)) return;
  throw std::runtime_error(fmt::format("{} is there and was not written by {}; move it away, or give another --output",
                                       shown(path), writer.command));
}

}  // namespace

std::string counted(std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); }

std::string library_version() {
  return fmt::format("{}.{}.{}", VITALS_VERSION_MAJOR, VITALS_VERSION_MINOR, VITALS_VERSION_PATCH);
}

std::string write_files(const std::filesystem::path& folder, const std::vector<OutputFile>& files,
                        const OutputWriter& writer) {
  std::string lines;
  try {
    std::filesystem::create_directories(folder);
    for (const auto& file : files) must_be_ours(file.path, writer);
    for (const auto& file : files) {
      try {
        detail::replace_file(file.path.string(), file.text);
      } catch (const std::system_error& error) {
        throw failed(file.path, "written", error.code());
      }
      lines += fmt::format("{}: {}\n", shown(file.path), file.contents);
    }
  } catch (const std::filesystem::filesystem_error& error) {
    throw failed(folder, "written", error.code());
  }
  return lines;
}

std::string remove_files(const std::vector<std::filesystem::path>& files, const OutputWriter& writer) {
  std::string lines;
  for (const auto& file : files) {
    if (!is_ours(file, writer)) continue;
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) throw failed(file, "removed", error);
    lines += fmt::format("{}: removed\n", shown(file));
  }
  return lines;
}

}  // namespace vitals::tool
