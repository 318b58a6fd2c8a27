#include "tool/run_tool.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test_path.hpp"

namespace vitals::tool {
namespace {

std::string contents(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  std::fclose(file);
  return text;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = std::filesystem::temp_directory_path() / "vitals-tool-XXXXXX";
    if (!::mkdtemp(pattern.data())) throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path = pattern;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::string path;
};

}  // namespace

std::string data_folder() { return test_path("tool/data"); }

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string temporary_folder() {
  static const TemporaryFolder folder;
  return folder.path;
}

std::string temporary_file(const std::string& name, const std::string& text) {
  const auto path = temporary_folder() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string gzipped(const std::string& command) {
  const auto path = temporary_file("gzipped.gz", "");
  if (std::system(("(" + command + ") | gzip -c > " + path).c_str()) != 0) throw std::runtime_error(command);
  return read_text(path);
}

pid_t start_tool(const std::vector<std::string>& arguments, int in, int out, int err) {
  std::vector<char*> argv{const_cast<char*>(VITALS_TOOL)};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto folder = data_folder();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    if (::chdir(folder.c_str()) == 0 && ::dup2(in, 0) >= 0 && ::dup2(out, 1) >= 0 && ::dup2(err, 2) >= 0) {
      ::execv(argv[0], argv.data());
    }
    ::_exit(127);
  }
  return child;
}

int wait_for(pid_t process) {
  int status = 0;
  ::waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

ToolResult run_tool(const std::vector<std::string>& arguments) {
  ::unsetenv("CLICOLOR_FORCE");  // what the developer's shell says must not change golden outputs
  std::FILE* out = std::tmpfile();
  std::FILE* err = std::tmpfile();
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (!out || !err || null < 0) throw std::system_error(errno, std::generic_category(), "tmpfile");
  const int status = wait_for(start_tool(arguments, null, ::fileno(out), ::fileno(err)));
  ::close(null);
  return {status, contents(out), contents(err)};
}

}  // namespace vitals::tool
