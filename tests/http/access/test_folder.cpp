#include "http/access/test_folder.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>

#include <stdlib.h>
#include <sys/wait.h>

namespace vitals::testing {

TestFolder::TestFolder() {
  std::string pattern = std::filesystem::temp_directory_path() / "vitals-access-XXXXXX";
  if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  path_ = pattern;
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TestFolder::write(std::string_view name, std::string_view text) const {
  std::ofstream file(path(name), std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error("can't write " + path(name));
  return path(name);
}

std::string TestFolder::text(std::string_view name) const {
  std::ifstream file(path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TestFolder::Result TestFolder::run(const std::string& command) const {
  std::FILE* const pipe = ::popen(("cd '" + path() + "' && { " + command + "\n} 2>&1").c_str(), "re");
  if (!pipe) throw std::system_error(errno, std::generic_category(), "popen");
  Result result{-1, {}};
  std::array<char, 4096> buffer{};
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) result.output.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::string TestFolder::must_run(const std::string& command) const {
  auto [status, output] = run(command);
  if (status != 0) throw std::runtime_error(command + ": status " + std::to_string(status) + ": " + output);
  return output;
}

}  // namespace vitals::testing
