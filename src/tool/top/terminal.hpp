#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include <signal.h>
#include <termios.h>

#include "tool/top/frame.hpp"

namespace vitals::tool {

/// The terminal as a screen, as long as this lives: its other buffer, no cursor, keys at once and unseen. Whatever ends
/// the program gives it back as it was: the destructor, on a crash the handler of its signal. SIGKILL can't be caught.
/// Ctrl-Z gives it back until the program goes on. One at a time.
/// Thread-safety: for one thread; others must be started while it lives, so that signals come to this one.
class Terminal {
 public:
  /// Throws std::system_error if the standard output is no terminal that can be set.
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Event {
    std::string bytes{};       ///< that were typed
    bool has_news = false;     ///< there is something to read from `other`
    bool is_new_size = false;  ///< or the screen has to be painted anew for another reason
    int signal = 0;            ///< that ends the program; SIGHUP too if the terminal has gone
  };
  /// Waits for one of these, and `most` at the longest.
  Event wait(int other, std::chrono::milliseconds most);

  /// In one write() as far as the terminal takes it. A signal that ends the program ends it.
  void write(std::string_view bytes);

  /// 80 columns and 24 rows of a terminal that doesn't know.
  [[nodiscard]] static Size size();

 private:
  void enter(bool saves);
  void suspend();
  void read_keys(Event& event);

  sigset_t handled_{}, before_{};
};

/// Whether the standard output can be used as a screen: a terminal, and TERM isn't dumb.
bool has_screen();

}  // namespace vitals::tool
