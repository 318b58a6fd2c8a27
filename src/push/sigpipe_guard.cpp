#include "push/sigpipe_guard.hpp"

#include <cerrno>
#include <ctime>

#include <pthread.h>

namespace vitals::detail {
namespace {

bool sigpipe_is_pending() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

sigset_t only_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

SigpipeGuard::SigpipeGuard() noexcept : was_pending_{sigpipe_is_pending()} {
  const sigset_t sigpipe = only_sigpipe();
  pthread_sigmask(SIG_BLOCK, &sigpipe, &before_);
}

SigpipeGuard::~SigpipeGuard() {
  // SIGPIPE of a write is sent to the thread that wrote, so what is pending now and was not before is ours.
  if (!was_pending_ && sigpipe_is_pending()) {
    const sigset_t sigpipe = only_sigpipe();
    const timespec at_once{};
    while (sigtimedwait(&sigpipe, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace vitals::detail
