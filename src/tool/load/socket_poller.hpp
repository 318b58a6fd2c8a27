#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <span>

#include <sys/epoll.h>

namespace vitals::tool {

using LoadClock = std::chrono::steady_clock;

/// Waits for sockets, and for a moment. For one thread, but for wake().
class SocketPoller {
 public:
  /// Throws std::system_error if there are no descriptors left.
  SocketPoller();
  ~SocketPoller();
  SocketPoller(const SocketPoller&) = delete;
  SocketPoller& operator=(const SocketPoller&) = delete;

  /// Tells of every change of the socket from now on, once each: `what` comes with the event. Gives 0, or errno.
  [[nodiscard]] int add(int socket, void* what) const;
  /// Of a socket that was added: the next wait() tells of it once more if it is ready, though nothing has changed.
  void tell_again(int socket, void* what) const;
  /// Waits until something has changed or the moment has come; events without `what` are none.
  std::span<const epoll_event> wait(LoadClock::time_point until);
  /// Ends the wait, or the next one. From any thread.
  void wake() const;

 private:
  void arm(LoadClock::time_point until);

  int epoll_ = -1;
  int timer_ = -1;  // epoll_wait() knows milliseconds only
  int wake_ = -1;
  LoadClock::time_point armed_{};
  std::array<epoll_event, 256> events_{};
};

}  // namespace vitals::tool
