#pragma once

#include <chrono>
#include <string>

namespace vitals::detail {

/// Says that a certificate ends within a week, or has ended: of each one when it is first seen so, then once a day, and
/// when it has ended.
/// Not thread-safe.
class ExpiryNotice {
 public:
  using Clock = std::chrono::steady_clock;

  /// For a log; empty: there is nothing to say now. `certificate`: how to call it.
  [[nodiscard]] std::string look(const std::string& certificate, std::chrono::sys_seconds ends,
                                 std::chrono::sys_seconds now, Clock::time_point clock = Clock::now());

 private:
  std::chrono::sys_seconds told_of_{};  // when that one ends
  bool has_ended_ = false;
  Clock::time_point next_{};
};

}  // namespace vitals::detail
