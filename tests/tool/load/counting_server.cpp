#include "tool/load/counting_server.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

constexpr std::string_view kAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"items\": [  ]}";

}  // namespace

CountingServer::CountingServer()
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = listener_;
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 1024) != 0 ||
      ::getsockname(listener_, generic, &size) != 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "counting server");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

CountingServer::~CountingServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  ::close(epoll_);
}

void CountingServer::serve() {
  std::array<epoll_event, 256> events{};
  while (!ending_) {
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) {
      const int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener_) {
        accept_all();
      } else if (!answer(socket)) {
        ::close(socket);
      }
    }
  }
}

void CountingServer::accept_all() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (connection < 0) return;
    const int on = 1;
    ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection, &event);
  }
}

// A client that has one request under way at a time, without a body, sends it in one piece.
bool CountingServer::answer(int connection) {
  std::array<char, 4096> bytes{};
  const auto n = ::recv(connection, bytes.data(), bytes.size(), 0);
  if (n <= 0) return n < 0 && errno == EAGAIN;
  if (!std::string_view{bytes.data(), static_cast<std::size_t>(n)}.ends_with("\r\n\r\n")) return false;
  ++requests_;
  return ::send(connection, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(kAnswer.size());
}

}  // namespace vitals::tool
