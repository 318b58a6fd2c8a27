#include "tool/text/waiting_line.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

std::string contents_of(std::FILE* file) {
  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::pread(::fileno(file), text.data(), text.size(), 0)));
  return text;
}

// What it has written when it is gone, after it has told something.
std::string told(bool is_terminal) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
  {
    const WaitingLine line{"promtool runs their tests", file.get(), is_terminal, milliseconds{1}};
    const auto deadline = steady_clock::now() + std::chrono::minutes{1};
    while (contents_of(file.get()).empty() && steady_clock::now() < deadline)
      std::this_thread::sleep_for(milliseconds{1});
  }
  return contents_of(file.get());
}

TEST(WaitingLine, TellsInLinesWhatIsWaitedForWhereThereIsNoTerminal) {
  EXPECT_THAT(told(false), testing::MatchesRegex("(promtool runs their tests: [0-9]+ s\n)+"));
}

TEST(WaitingLine, RewritesItsLineOnATerminalAndLeavesNone) {
  EXPECT_THAT(told(true), testing::MatchesRegex("(\r\x1b\\[Kpromtool runs their tests: [0-9]+ s)+\r\x1b\\[K"));
}

TEST(WaitingLine, TellsNothingOfWhatIsSoonOver) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};

  { const WaitingLine line{"promtool", file.get(), true, std::chrono::hours{1}}; }

  EXPECT_EQ(contents_of(file.get()), "");
}

}  // namespace
}  // namespace vitals::tool
