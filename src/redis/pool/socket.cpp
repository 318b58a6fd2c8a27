#include "redis/pool/socket.hpp"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

namespace vitals::detail {

namespace {

void set_option(int fd, int level, int name, int value) noexcept {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void tune_tcp(int fd) noexcept {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  // Some firewalls drop idle connections silently; the next command on one would wait for its whole timeout.
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 60);
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Address unix_address(std::string_view path) noexcept {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::memcpy(name.sun_path, path.data(), path.size());
  Address address;
  std::memcpy(&address.storage, &name, sizeof name);
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
  return address;
}

bool wait_for(int fd, short events, Deadline deadline) noexcept {
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  for (;;) {
    const nanoseconds left = deadline - std::chrono::steady_clock::now();
    if (left <= nanoseconds::zero()) return false;
    const auto whole = std::chrono::duration_cast<seconds>(left);
    const timespec timeout{static_cast<time_t>(whole.count()), static_cast<long>((left - whole).count())};
    pollfd poll{fd, events, 0};
    const int ready = ::ppoll(&poll, 1, &timeout, nullptr);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the read or write that follows reports the error
  }
}

RedisFailure send_all(int fd, std::string_view bytes, Deadline deadline) noexcept {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(fd, POLLOUT, deadline)) return RedisFailure::Timeout;
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return RedisFailure::Closed;
    } else if (errno != EINTR) {
      return RedisFailure::Io;
    }
  }
  return RedisFailure::None;
}

RedisFailure connect_to(const Address& address, Deadline deadline, FileDescriptor& connected) noexcept {
  FileDescriptor fd{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0) return RedisFailure::Connect;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
    // EAGAIN means that the backlog of a Unix socket is full: poll() would not tell when there is room again.
    if (errno != EINPROGRESS && errno != EINTR) return RedisFailure::Connect;
    if (!wait_for(fd.get(), POLLOUT, deadline)) return RedisFailure::Timeout;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return RedisFailure::Connect;
  }
  if (address.storage.ss_family != AF_UNIX) tune_tcp(fd.get());
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK) != 0) return RedisFailure::Connect;
  connected = std::move(fd);
  return RedisFailure::None;
}

}  // namespace vitals::detail
