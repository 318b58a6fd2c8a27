#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace vitals::tool {

// Files that a subcommand writes into a folder.

inline constexpr std::size_t kMostOfPath = 4096;

struct OutputFile {
  std::filesystem::path path;
  std::string text;
  std::string contents;  ///< for people: "45 recording rules, 20 alerts"
};

/// Who writes them.
struct OutputWriter {
  std::string command;  ///< "vitals rules"
  std::string mark;     ///< how all of its files begin, and no others
};

/// "1 test", "2 tests"
[[nodiscard]] std::string counted(std::size_t n, const char* what);

/// Of the library: "0.1.0".
[[nodiscard]] std::string library_version();

/// Writes the files, each as a whole, into the folder, which is made if there is none, and gives a line for each.
/// Throws std::runtime_error if one can't be written, or is there and was not written by the writer: then none is.
std::string write_files(const std::filesystem::path& folder, const std::vector<OutputFile>& files,
                        const OutputWriter& writer);

/// Removes those of these files that the writer has written, and gives a line for each. Throws as write_files() does.
std::string remove_files(const std::vector<std::filesystem::path>& files, const OutputWriter& writer);

}  // namespace vitals::tool
