#include "tool/rules/promtool.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/text/waiting_line.hpp"

namespace vitals::tool {
namespace {

constexpr int kFault = 3;

std::string contents(std::FILE* file) {
  std::string text;
  std::rewind(file);
  char buffer[4096];
  while (const auto n = std::fread(buffer, 1, sizeof buffer, file)) text.append(buffer, n);
  return text;
}

// Runs it with its outputs into a file that has no name, and tells `what` that is if it takes long. The status is that
// of the program, -1 if there is none.
CommandResult run_promtool(std::vector<std::string> arguments, const char* what) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> output{std::tmpfile(), std::fclose};
  if (!output) throw std::system_error(errno, std::generic_category(), "a temporary file");
  arguments.insert(arguments.begin(), "promtool");
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(output.get()), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ::fileno(output.get()), STDERR_FILENO);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv.front(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error == ENOENT) return {"", -1};
  if (error != 0) throw std::system_error(error, std::generic_category(), "promtool");
  const WaitingLine waiting{what};
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {contents(output.get()), WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)};
}

}  // namespace

CommandResult check_with_promtool(const std::vector<std::string>& rules, const std::vector<std::string>& tests) {
  std::vector<std::string> check{"check", "rules", "--lint=all", "--lint-fatal"};
  check.insert(check.end(), rules.begin(), rules.end());
  std::vector<std::string> test{"test", "rules"};
  test.insert(test.end(), tests.begin(), tests.end());
  for (const auto& [command, what] :
       {std::pair{check, "promtool checks the rules"}, {test, "promtool runs their tests"}}) {
    const auto result = run_promtool(command, what);
    if (result.status == -1)
      return {
          "not checked: there is no promtool; install Debian's package promtool (in Debian 12 it is in prometheus)\n",
          kFault};
    if (result.status != 0) return {result.output, kFault};
  }
  return {"promtool finds no fault in them, and all tests pass\n", 0};
}

}  // namespace vitals::tool
