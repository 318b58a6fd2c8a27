#pragma once

#include <chrono>
#include <string_view>
#include <utility>

#include <sys/socket.h>

#include "redis/pool/failure.hpp"

namespace vitals::detail {

/// When an operation is given up.
using Deadline = std::chrono::steady_clock::time_point;

/// A year. Longer limits are cut to it, so that a sum of one and the time does not overflow.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours{24 * 365};

/// Owns an open file, or nothing (-1).
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd = -1) noexcept : fd_{fd} {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_{other.release()} {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Where a server listens: IPv4, IPv6 or a Unix socket.
struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

/// REQUIRES: path is shorter than sockaddr_un::sun_path.
Address unix_address(std::string_view path) noexcept;

/// Waits until fd is ready for `events` (POLLIN, POLLOUT). False once the deadline has passed.
bool wait_for(int fd, short events, Deadline deadline) noexcept;

/// Sends all of `bytes`, without SIGPIPE, on a blocking or a non-blocking socket.
RedisFailure send_all(int fd, std::string_view bytes, Deadline deadline) noexcept;

/// Makes a connected, blocking, close-on-exec socket.
RedisFailure connect_to(const Address& address, Deadline deadline, FileDescriptor& connected) noexcept;

}  // namespace vitals::detail
