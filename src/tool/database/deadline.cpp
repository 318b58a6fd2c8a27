#include "tool/database/deadline.hpp"

#include <sys/socket.h>

namespace vitals::tool {

Deadline::Deadline(int socket, std::chrono::milliseconds timeout)
    : thread_([this, socket, timeout] {
        std::unique_lock lock(mutex_);
        if (ended_.wait_for(lock, timeout, [this] { return is_over_; })) return;
        passed_ = true;
        ::shutdown(socket, SHUT_RDWR);
      }) {}

Deadline::~Deadline() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  ended_.notify_one();
  thread_.join();
}

bool Deadline::passed() {
  const std::lock_guard lock(mutex_);
  return passed_;
}

}  // namespace vitals::tool
