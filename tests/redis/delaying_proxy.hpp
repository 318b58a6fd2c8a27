#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <functional>
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

/// Stands between a pool and a Redis, and keeps requests and replies on the wire: each waits until `before` or `after`
/// has returned, which are called with the request, in a thread for each connection. What a client has sent reaches
/// Redis although the client has hung up meanwhile, as over a network.
class DelayingProxy {
 public:
  using Wait = std::function<void(std::string_view request)>;

  /// Keeps every SET for some time, and its reply for as long again.
  DelayingProxy(std::string redis, std::chrono::milliseconds delay)
      : DelayingProxy{std::move(redis), after_set(delay), after_set(delay)} {}
  DelayingProxy(std::string redis, Wait before, Wait after)
      : redis_{std::move(redis)}, before_{std::move(before)}, after_{std::move(after)} {
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

  static bool is(std::string_view request, std::string_view command) {
    return request.find("\r\n" + std::string{command} + "\r\n") != std::string_view::npos;
  }

 private:
  static Wait after_set(std::chrono::milliseconds delay) {
    return [delay](std::string_view request) {
      if (is(request, "SET")) std::this_thread::sleep_for(delay);
    };
  }

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
    std::string request;
    while (!stop_) {
      pollfd polls[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      ::poll(polls, 2, 5);
      if (polls[0].revents != 0) {
        const ssize_t n = ::recv(client, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        request.assign(bytes, static_cast<std::size_t>(n));
        before_(request);
        (void)::send(server, request.data(), request.size(), MSG_NOSIGNAL);
      }
      if (polls[1].revents != 0) {
        const ssize_t n = ::recv(server, bytes, sizeof bytes, 0);
        if (n <= 0) break;
        after_(request);
        (void)::send(client, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL);
      }
    }
    ::close(client);
    ::close(server);
  }

  const std::string redis_;
  const Wait before_;
  const Wait after_;
  std::string folder_;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::vector<std::thread> connections_;  // of the acceptor
  std::thread acceptor_;
};

}  // namespace vitals::test
