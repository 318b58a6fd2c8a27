#include "core/system/service_thread.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <pthread.h>

namespace vitals::detail {

std::thread start_service_thread(const char* name, std::function<void()> body) {
  sigset_t blocked;
  sigset_t before;
  sigfillset(&blocked);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS}) sigdelset(&blocked, fault);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);  // a thread inherits the mask of its maker
  const auto restore = [](const sigset_t* mask) { pthread_sigmask(SIG_SETMASK, mask, nullptr); };
  const std::unique_ptr<const sigset_t, decltype(restore)> restored{&before, restore};
  try {
    return std::thread{[name, body = std::move(body)] {
      pthread_setname_np(pthread_self(), name);
      body();
    }};
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), std::string{"vitals can't start its thread "} + name);
  }
}

}  // namespace vitals::detail
