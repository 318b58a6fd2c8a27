#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vitals::testing {

/// A folder of its own for a test, which goes with it.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] std::string path(std::string_view name = {}) const { return path_ / name; }
  /// Writes a file anew, and returns its path.
  std::string write(std::string_view name, std::string_view text) const;
  [[nodiscard]] std::string text(std::string_view name) const;

  struct Result {
    int status;
    std::string output;  // of both kinds
  };
  /// Runs a command of the shell in the folder.
  [[nodiscard]] Result run(const std::string& command) const;
  /// The same, of a command that must succeed: throws std::runtime_error with what it said.
  std::string must_run(const std::string& command) const;

 private:
  std::filesystem::path path_;
};

/// What `work` throws as std::invalid_argument; "nothing thrown" if it does not.
template <class Work>
std::string refusal_of(Work work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

}  // namespace vitals::testing
