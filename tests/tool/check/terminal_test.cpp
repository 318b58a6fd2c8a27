// Colour and progress: only where a person looks.
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tool/run_tool.hpp"
#include "tool/scripted_server.hpp"

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::Not;

struct TerminalResult {
  int status;
  std::string text;
};

/// Runs the tool with a pseudo-terminal as its standard streams.
TerminalResult run_on_terminal(const std::vector<std::string>& arguments) {
  const int controller = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (controller < 0 || ::grantpt(controller) != 0 || ::unlockpt(controller) != 0) {
    throw std::system_error(errno, std::generic_category(), "posix_openpt");
  }
  const int terminal = ::open(::ptsname(controller), O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) throw std::system_error(errno, std::generic_category(), "pseudo-terminal");
  const pid_t process = start_tool(arguments, terminal, terminal, terminal);
  ::close(terminal);
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(controller, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::close(controller);
  return {wait_for(process), text};
}

class Terminal : public testing::Test {
 protected:
  void SetUp() override {
    ::unsetenv("NO_COLOR");
    ::unsetenv("CLICOLOR_FORCE");
    ::setenv("TERM", "xterm", 1);
  }
  void TearDown() override { SetUp(); }

  const std::vector<std::string> files_{"check",      "--before",   "before.prom", "--after",
                                        "after.prom", "--duration", "30s"};
};

TEST_F(Terminal, ShowsVerdictsInColour) {
  const auto result = run_on_terminal(files_);

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.text, HasSubstr("\x1b[32mok"));
}

TEST_F(Terminal, NoColorIsHonoured) {
  auto with_flag = files_;
  with_flag.emplace_back("--no-color");
  EXPECT_THAT(run_on_terminal(with_flag).text, Not(HasSubstr("\x1b")));

  ::setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(run_on_terminal(files_).text, Not(HasSubstr("\x1b")));

  ::setenv("NO_COLOR", "", 1);
  EXPECT_THAT(run_on_terminal(files_).text, HasSubstr("\x1b[32m"));

  ::setenv("TERM", "dumb", 1);
  EXPECT_THAT(run_on_terminal(files_).text, Not(HasSubstr("\x1b")));
}

TEST_F(Terminal, ColourCanBeForced) {
  ::setenv("TERM", "dumb", 1);
  ::setenv("CLICOLOR_FORCE", "1", 1);
  EXPECT_THAT(run_on_terminal(files_).text, HasSubstr("\x1b[32mok"));

  ::setenv("NO_COLOR", "1", 1);
  EXPECT_THAT(run_on_terminal(files_).text, Not(HasSubstr("\x1b")));
}

TEST_F(Terminal, JsonHasNoColour) {
  auto json = files_;
  json.insert(json.end(), {"--format", "json"});

  EXPECT_THAT(run_on_terminal(json).text, Not(HasSubstr("\x1b")));
}

TEST_F(Terminal, ProgressIsShownWhileWaiting) {
  const auto before = read_text(data_folder() + "/before.prom");
  const auto after = read_text(data_folder() + "/after.prom");
  const ScriptedServer server([&](int number, const std::string&) { return http_ok(number == 0 ? before : after); });

  const auto result = run_on_terminal({"check", "--url", server.url(), "--duration", "1s"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.text, HasSubstr("measuring: 0 of 1 s"));
}

}  // namespace
}  // namespace vitals::tool
