#include "tool/check/pause.hpp"

#include <algorithm>
#include <csignal>
#include <ctime>
#include <string_view>
#include <thread>

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include "tool/text/is_terminal.hpp"

namespace vitals::tool {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

volatile std::sig_atomic_t is_interrupted = 0;

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
  const bool terminal = is_terminal(STDERR_FILENO);
  for (auto now = start; terminal && now < end; now = std::chrono::steady_clock::now()) {
    write_terminal(fmt::format("{}measuring: {:.0f} of {:.0f} s", kClearLine, duration<double>(now - start).count(),
                               duration<double>(end - start).count()));
    std::this_thread::sleep_until(std::min(end, now + std::chrono::milliseconds(500)));
  }
  std::this_thread::sleep_until(end);
  if (terminal) write_terminal(kClearLine);
}

InterruptWatch::InterruptWatch() {
  is_interrupted = 0;
  struct sigaction action {};
  action.sa_handler = [](int) {
    if (is_interrupted) ::_exit(130);
    is_interrupted = 1;
  };
  ::sigaction(SIGINT, &action, &old_);
}

InterruptWatch::~InterruptWatch() { ::sigaction(SIGINT, &old_, nullptr); }

bool InterruptWatch::wait_until(std::chrono::steady_clock::time_point end) const {
  using std::chrono::nanoseconds;
  // Ctrl-C between the look and the wait must end the wait: it is let through during the wait alone.
  sigset_t interrupt;
  sigset_t before;
  ::sigemptyset(&interrupt);
  ::sigaddset(&interrupt, SIGINT);
  ::sigprocmask(SIG_BLOCK, &interrupt, &before);
  for (auto left = nanoseconds{1}; !is_interrupted && left.count() > 0;) {
    left = std::max(nanoseconds{0}, nanoseconds{end - std::chrono::steady_clock::now()});
    constexpr auto kSecond = nanoseconds{std::chrono::seconds{1}}.count();
    const timespec time{static_cast<std::time_t>(left.count() / kSecond), static_cast<long>(left.count() % kSecond)};
    if (left.count() > 0) ::ppoll(nullptr, 0, &time, &before);
  }
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  return !is_interrupted;
}

}  // namespace vitals::tool
