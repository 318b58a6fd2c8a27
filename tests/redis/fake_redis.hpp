#pragma once

#include <atomic>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/redis_server.hpp"

namespace vitals::test {

/// Answers whatever it is sent with the same bytes: for faults that a real server can't be made to produce.
/// On a Unix socket in a folder of its own, in a thread of its own, until the destructor.
class FakeRedis {
 public:
  /// Twice: again a moment after the answer. Greeting: unasked, and then no more, as a server out of clients does.
  enum class Manner { AtOnce, Dripping, ThenClosing, Twice, Greeting };

  explicit FakeRedis(std::string answer, Manner manner = Manner::AtOnce) : answer_{std::move(answer)}, manner_{manner} {
    folder_ = temporary_folder("vitals-fake");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, unix_socket().c_str());
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 64) != 0) {
      throw std::runtime_error{"the fake can't listen"};
    }
    thread_ = std::thread{[this] { serve(); }};
  }
  FakeRedis(const FakeRedis&) = delete;
  FakeRedis& operator=(const FakeRedis&) = delete;
  ~FakeRedis() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  /// Connections that were made to it.
  [[nodiscard]] int accepted() const noexcept { return accepted_; }
  [[nodiscard]] std::string unix_socket() const { return folder_ + "/socket"; }

 private:
  void serve() {
    std::map<int, std::string> clients;  // what each is still to be sent
    while (!stop_) {
      std::vector<pollfd> polls{{listener_, POLLIN, 0}};
      for (const auto& [fd, rest] : clients) polls.push_back({fd, POLLIN, 0});
      ::poll(polls.data(), polls.size(), 5);
      if (const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC); fd >= 0) {
        clients[fd];
        ++accepted_;
        if (manner_ == Manner::Greeting) {
          (void)::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
          ::shutdown(fd, SHUT_WR);
        }
      }
      for (const pollfd& poll : polls) {
        if (poll.fd != listener_ && poll.revents != 0 && !listen_to(poll.fd, clients[poll.fd])) {
          ::close(poll.fd);
          clients.erase(poll.fd);
        }
      }
      for (auto client = clients.begin(); client != clients.end();) {
        const bool keep = talk_to(client->first, client->second);
        if (!keep) ::close(client->first);
        client = keep ? std::next(client) : clients.erase(client);
      }
    }
    for (const auto& [fd, rest] : clients) ::close(fd);
  }

  bool listen_to(int fd, std::string& rest) {
    char request[4096];
    if (::recv(fd, request, sizeof request, 0) <= 0) return false;
    if (manner_ != Manner::Greeting) rest = answer_;
    return true;
  }

  // False when the connection is to be closed.
  bool talk_to(int fd, std::string& rest) {
    if (rest.empty()) {
      if (repeats_.erase(fd) > 0) (void)::send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL);
      return true;
    }
    const std::size_t n = manner_ == Manner::Dripping ? 1 : rest.size();
    const ssize_t sent = ::send(fd, rest.data(), n, MSG_NOSIGNAL);
    if (sent > 0) rest.erase(0, static_cast<std::size_t>(sent));
    if (manner_ == Manner::Twice) repeats_.insert(fd);
    return manner_ != Manner::ThenClosing || !rest.empty();
  }

  const std::string answer_;
  const Manner manner_;
  std::string folder_;
  std::set<int> repeats_;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

}  // namespace vitals::test
