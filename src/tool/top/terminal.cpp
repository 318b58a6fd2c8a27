#include "tool/top/terminal.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <system_error>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tool/text/is_terminal.hpp"

namespace vitals::tool {
namespace {

// The other buffer, no cursor, no wrapping of lines that are too long after all.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kLeave = "\x1b[?2026l\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

// Those that end it, and others that it must know of.
constexpr std::array kEnding{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
constexpr std::array kHandled{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT};
constexpr std::array kCrashes{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What handlers of signals need, so of the process.
termios saved;
std::array<struct sigaction, kCrashes.size()> after_crash;
std::array<struct sigaction, kHandled.size()> before_handled;
volatile std::sig_atomic_t is_entered = 0;
volatile std::sig_atomic_t ended_by = 0;
volatile std::sig_atomic_t has_new_size = 0;
volatile std::sig_atomic_t is_to_stop = 0;
volatile std::sig_atomic_t has_gone_on = 0;

// Made of what may be called in a handler. A terminal that takes nothing, as behind a line that is down, holds nobody.
void leave() {
  if (!is_entered) return;
  is_entered = 0;
  constexpr int kPatience = 500;  // milliseconds
  pollfd terminal{STDOUT_FILENO, POLLOUT, 0};
  for (auto left = kLeave; !left.empty() && ::poll(&terminal, 1, kPatience) != 0;) {
    const auto n = ::write(STDOUT_FILENO, left.data(), left.size());
    if (n < 0 && errno != EINTR) break;
    if (n > 0) left.remove_prefix(static_cast<std::size_t>(n));
  }
  ::tcsetattr(STDOUT_FILENO, TCSANOW, &saved);
}

void on_signal(int signal) {
  if (signal == SIGWINCH)
    has_new_size = 1;
  else if (signal == SIGTSTP)
    is_to_stop = 1;
  else if (signal == SIGCONT)
    has_gone_on = 1;
  else
    ended_by = signal;
}

// Then the signal does what it would have done: when it is raised again, or comes again by itself.
void on_crash(int signal) {
  const int error = errno;
  leave();
  for (std::size_t i = 0; i < kCrashes.size(); ++i) {
    if (kCrashes[i] == signal) ::sigaction(signal, &after_crash[i], nullptr);
  }
  errno = error;
  ::raise(signal);
}

void handle(int signal, void (*handler)(int), int flags, struct sigaction* old = nullptr) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  ::sigaction(signal, &action, old);
}

}  // namespace

bool has_screen() {
  const char* term = std::getenv("TERM");
  return is_terminal(STDOUT_FILENO) && term && *term;
}

Terminal::Terminal() {
  if (::tcgetattr(STDOUT_FILENO, &saved) != 0)
    throw std::system_error(errno, std::generic_category(), "the terminal can't be set");
  for (auto* flag : {&ended_by, &has_new_size, &is_to_stop, &has_gone_on}) *flag = 0;
  // They are let through while it waits, and nowhere else: what they set is seen before the next wait.
  ::sigemptyset(&handled_);
  for (const int signal : kHandled) ::sigaddset(&handled_, signal);
  ::pthread_sigmask(SIG_BLOCK, &handled_, &before_);
  for (std::size_t i = 0; i < kHandled.size(); ++i) {
    handle(kHandled[i], on_signal, 0, &before_handled[i]);
    const bool is_ignored = i < kEnding.size() && before_handled[i].sa_handler == SIG_IGN;  // as nohup has it
    if (is_ignored) std::signal(kHandled[i], SIG_IGN);
  }
  for (std::size_t i = 0; i < kCrashes.size(); ++i) handle(kCrashes[i], on_crash, SA_NODEFER, &after_crash[i]);
  enter(true);
}

Terminal::~Terminal() {
  leave();
  for (std::size_t i = 0; i < kHandled.size(); ++i) ::sigaction(kHandled[i], &before_handled[i], nullptr);
  for (std::size_t i = 0; i < kCrashes.size(); ++i) ::sigaction(kCrashes[i], &after_crash[i], nullptr);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void Terminal::enter(bool saves) {
  if (saves) ::tcgetattr(STDOUT_FILENO, &saved);
  termios raw = saved;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);  // Ctrl-C and Ctrl-Z stay signals
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON);           // Ctrl-S must not hold a screen that nobody can leave
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  is_entered = 1;
  ::tcsetattr(STDOUT_FILENO, TCSANOW, &raw);
  write(kEnter);
}

// The shell has the terminal until the program goes on, and may have set it in another way.
void Terminal::suspend() {
  leave();
  handle(SIGTSTP, SIG_DFL, 0);
  ::kill(::getpid(), SIGTSTP);
  sigset_t stop;
  ::sigemptyset(&stop);
  ::sigaddset(&stop, SIGTSTP);
  ::pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // it stops here
  ::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  handle(SIGTSTP, on_signal, 0);
  enter(true);
}

void Terminal::read_keys(Event& event) {
  std::array<char, 1024> chunk{};
  const auto n = ::read(STDIN_FILENO, chunk.data(), chunk.size());
  if (n > 0)
    event.bytes.assign(chunk.data(), static_cast<std::size_t>(n));
  else if (n == 0 || errno != EINTR)
    event.signal = SIGHUP;
}

Terminal::Event Terminal::wait(int other, std::chrono::milliseconds most) {
  Event event;
  const bool has_keys = ::isatty(STDIN_FILENO) != 0;
  std::array<pollfd, 3> fds{pollfd{other, POLLIN, 0}, pollfd{has_keys ? STDIN_FILENO : -1, POLLIN, 0},
                            pollfd{STDOUT_FILENO, 0, 0}};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(most);
  const timespec time{seconds.count(), std::chrono::nanoseconds(most - seconds).count()};
  const bool is_due = !ended_by && !is_to_stop && !has_gone_on && !has_new_size;
  const int ready = is_due ? ::ppoll(fds.data(), fds.size(), &time, &before_) : 0;
  if (ready > 0) {
    event.has_news = fds[0].revents != 0;
    if (fds[1].revents != 0) read_keys(event);
    if ((fds[2].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) event.signal = SIGHUP;
  }
  if (is_to_stop) {
    is_to_stop = 0;
    suspend();
    event.is_new_size = true;
  }
  if (has_gone_on) {  // perhaps from a stop that could not be seen, after which the shell has set the terminal
    has_gone_on = 0;
    enter(false);
    event.is_new_size = true;
  }
  if (has_new_size) {
    has_new_size = 0;
    event.is_new_size = true;
  }
  if (ended_by) event.signal = ended_by;
  return event;
}

void Terminal::write(std::string_view bytes) {
  // A terminal that takes nothing, as behind a line that is down, must not keep the program from being ended.
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  while (!bytes.empty() && !ended_by) {
    const auto n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n > 0)
      bytes.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      break;  // it has gone, which the next wait tells
  }
  ::pthread_sigmask(SIG_BLOCK, &handled_, nullptr);
}

Size Terminal::size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0)
    return {size.ws_col, size.ws_row};
  return {80, 24};
}

}  // namespace vitals::tool
