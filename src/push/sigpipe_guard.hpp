#pragma once

#include <csignal>

namespace vitals::detail {

/// While it lives, this thread doesn't end by SIGPIPE, and the program's handler doesn't see one that libcurl or its
/// TLS library raises. What was pending or blocked before is so afterwards.
class SigpipeGuard {
 public:
  SigpipeGuard() noexcept;
  ~SigpipeGuard();
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace vitals::detail
