#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/redis_server.hpp"

namespace vitals::test {

/// Stands between a pool and a Redis, and keeps every SET on the wire for some time, and its reply for as long again.
/// What a client has sent reaches Redis although the client has hung up meanwhile, as over a network.
class DelayingProxy {
 public:
  DelayingProxy(std::string redis, std::chrono::milliseconds delay) : redis_{std::move(redis)}, delay_{delay} {
    folder_ = temporary_folder("vitals-proxy");
    const sockaddr_un address = address_of(unix_socket());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_, 64) != 0) {
      throw std::runtime_error{"the proxy can't listen"};
    }
    acceptor_ = std::thread{[this] { accept(); }};
  }
  DelayingProxy(const DelayingProxy&) = delete;
  DelayingProxy& operator=(const DelayingProxy&) = delete;
  ~DelayingProxy() {
    stop_ = true;
    acceptor_.join();
    for (std::thread& connection : connections_) connection.join();
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] std::string unix_socket() const { return folder_ + "/socket"; }

 private:
  static sockaddr_un address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    return address;
  }

  void accept() {
    while (!stop_) {
      pollfd poll{listener_, POLLIN, 0};
      if (::poll(&poll, 1, 5) <= 0) continue;
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int server = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_un address = address_of(redis_);
      if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        connections_.emplace_back([this, client, server] { carry(client, server); });
      }
    }
  }

  void carry(int client, int server) {
    char bytes[64 * 1024];
    bool delayed = false;
    while (!stop_) {
      pollfd polls[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      ::poll(polls, 2, 5);
      if (polls[0].revents != 0) {
        const ssize_t n = ::recv(client, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        const auto size = static_cast<std::size_t>(n);
        delayed = std::string_view{bytes, size}.find("\r\nSET\r\n") != std::string_view::npos;
        if (delayed) std::this_thread::sleep_for(delay_);
        (void)::send(server, bytes, size, MSG_NOSIGNAL);
      }
      if (polls[1].revents != 0) {
        const ssize_t n = ::recv(server, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        if (delayed) std::this_thread::sleep_for(delay_);
        (void)::send(client, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL);
      }
    }
    ::close(client);
    ::close(server);
  }

  const std::string redis_;
  const std::chrono::milliseconds delay_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> connections_;  // of the acceptor
  std::thread acceptor_;
};

}  // namespace vitals::test
