#include "http/service_thread.hpp"

#include <csignal>
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
  try {
    std::thread thread{[name, body = std::move(body)] {
      pthread_setname_np(pthread_self(), name);
      body();
    }};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  } catch (const std::system_error& error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw std::system_error(error.code(), std::string{"vitals::Endpoint can't start its thread "} + name);
  }
}

}  // namespace vitals::detail
