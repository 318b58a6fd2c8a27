#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>

namespace vitals::tool {

/// Tells on stderr, as long as it lives, what is waited for and for how long by now: in a line that is rewritten each
/// second on a terminal and is gone at the end, elsewhere in one every 10 seconds.
class WaitingLine {
 public:
  explicit WaitingLine(std::string what);
  /// For tests.
  WaitingLine(std::string what, std::FILE* out, bool is_terminal, std::chrono::milliseconds interval);
  ~WaitingLine();
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

 private:
  void tell(const std::stop_token& stop);

  const std::string what_;
  std::FILE* const out_;
  const bool is_terminal_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace vitals::tool
