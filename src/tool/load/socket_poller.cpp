#include "tool/load/socket_poller.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

void drain(int descriptor) {
  std::uint64_t n = 0;
  if (::read(descriptor, &n, sizeof n) < 0) return;  // nothing was there
}

epoll_event all_events(void* what) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;  // once for all: no system call per request
  event.data.ptr = what;
  return event;
}

}  // namespace

SocketPoller::SocketPoller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  if (epoll_ < 0 || timer_ < 0 || wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, timer_, &event) != 0 ||
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "the load can't wait for its connections");
}

SocketPoller::~SocketPoller() {
  for (const int descriptor : {epoll_, timer_, wake_}) ::close(descriptor);
}

int SocketPoller::add(int socket, void* what) const {
  auto event = all_events(what);
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno;
}

void SocketPoller::tell_again(int socket, void* what) const {
  auto event = all_events(what);
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event);
}

std::span<const epoll_event> SocketPoller::wait(LoadClock::time_point until) {
  const bool is_late = until <= LoadClock::now();
  if (!is_late) arm(until);
  const int n = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), is_late ? 0 : -1);
  if (n <= 0) return {};
  const auto found = std::span<const epoll_event>{events_}.first(static_cast<std::size_t>(n));
  if (std::ranges::any_of(found, [](const epoll_event& event) { return event.data.ptr == nullptr; })) {
    drain(timer_);
    drain(wake_);
    armed_ = {};
  }
  return found;
}

void SocketPoller::wake() const {
  const std::uint64_t one = 1;
  if (::write(wake_, &one, sizeof one) < 0) return;  // it is woken already
}

void SocketPoller::arm(LoadClock::time_point until) {
  if (until == armed_) return;
  armed_ = until;
  const auto since_boot = until.time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_boot);
  itimerspec time{};
  time.it_value.tv_sec = seconds.count();
  time.it_value.tv_nsec = static_cast<long>(std::chrono::nanoseconds{since_boot - seconds}.count());
  ::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &time, nullptr);
}

}  // namespace vitals::tool
