#pragma once
#include <chrono>

#include <signal.h>

namespace vitals::tool {

/// From now on Ctrl-C ends the process at once with exit status 130.
void exit_on_interrupt();

/// Sleeps until `end`; on a terminal stderr shows how far it is.
void pause_until(std::chrono::steady_clock::time_point start, std::chrono::steady_clock::time_point end);

/// As long as it lives, the first Ctrl-C ends a wait, or the next one; the second ends the process with exit status
/// 130. One at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  /// Whether the time came before Ctrl-C.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point end) const;

 private:
  struct sigaction old_ {};
};

}  // namespace vitals::tool
