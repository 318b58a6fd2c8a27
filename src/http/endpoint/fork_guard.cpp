#include "http/endpoint/fork_guard.hpp"

#include <algorithm>
#include <mutex>

#include <pthread.h>
#include <unistd.h>

namespace vitals::detail {
namespace {

// Never destroyed: a program may fork while its statics are destroyed.
struct Guards {
  std::mutex mutex;
  std::vector<ForkGuard*> all;
};

Guards& guards() {
  static Guards& only = *new Guards;
  return only;
}

void before_fork() { guards().mutex.lock(); }
void in_parent() { guards().mutex.unlock(); }
void in_child() {
  for (ForkGuard* guard : guards().all) guard->close_in_child();
  guards().all.clear();
  guards().mutex.unlock();
}

}  // namespace

std::unique_lock<std::mutex> ForkGuard::without_forks() { return std::unique_lock{guards().mutex}; }

ForkGuard::ForkGuard(std::size_t slots) : fds_(slots) {
  for (auto& fd : fds_) fd.store(-1, std::memory_order_relaxed);
  static const int registered = pthread_atfork(before_fork, in_parent, in_child);
  (void)registered;
  const std::lock_guard lock{guards().mutex};
  guards().all.push_back(this);
}

ForkGuard::~ForkGuard() {
  const std::lock_guard lock{guards().mutex};
  std::erase(guards().all, this);
}

void ForkGuard::close_in_child() noexcept {
  for (auto& fd : fds_) {
    if (const int open = fd.load(std::memory_order_relaxed); open >= 0) (void)close(open);
  }
}

}  // namespace vitals::detail
