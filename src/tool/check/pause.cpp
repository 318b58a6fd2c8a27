#include "tool/check/pause.hpp"

#include <algorithm>
#include <csignal>
#include <string_view>
#include <thread>

#include <fmt/core.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

void write_terminal(std::string_view text) {
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // a lost progress line is no failure
}

}  // namespace

void exit_on_interrupt() {
  std::signal(SIGINT, [](int) {
    if (::isatty(STDERR_FILENO)) write_terminal("\n");
    ::_exit(130);
  });
}

void pause_until(std::chrono::steady_clock::time_point start, std::chrono::steady_clock::time_point end) {
  using std::chrono::duration;
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  for (auto now = start; terminal && now < end; now = std::chrono::steady_clock::now()) {
    write_terminal(fmt::format("{}measuring: {:.0f} of {:.0f} s", kClearLine, duration<double>(now - start).count(),
                               duration<double>(end - start).count()));
    std::this_thread::sleep_until(std::min(end, now + std::chrono::milliseconds(500)));
  }
  std::this_thread::sleep_until(end);
  if (terminal) write_terminal(kClearLine);
}

}  // namespace vitals::tool
