// One connection against a socket of the test, so that what comes before what is no matter of chance.
#include "tool/load/connection.hpp"

#include <chrono>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

// Listens; whoever connects is accepted by the kernel, before accept() is called.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket_, generic, size), 0);
    EXPECT_EQ(::listen(socket_, 16), 0);
    EXPECT_EQ(::getsockname(socket_, generic, &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ~Listener() { ::close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int accept() const { return ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC); }

 private:
  int socket_;
  std::string url_;
};

// Until the request is over, or nothing has happened for a second.
void go_on(Connection& connection, SocketPoller& poller) {
  while (connection.is_busy()) {
    const auto events = poller.wait(LoadClock::now() + std::chrono::seconds{1});
    bool has_changed = false;
    for (const auto& event : events) {
      if (event.data.ptr == nullptr) continue;
      has_changed = true;
      connection.go_on((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, LoadClock::now());
    }
    if (!has_changed) return;
  }
}

TEST(Connection, AnAnswerThatComesBeforeTheRequestIsTaken) {
  constexpr std::string_view kAnswer = "HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  for (const bool ends : {true, false}) {
    const Listener listener;
    const auto server = find_server(listener.url(), {});
    SocketPoller poller;
    Connection connection(server, poller);
    connection.request = "GET / HTTP/1.1\r\n\r\n";

    connection.start({}, LoadClock::now());
    const int accepted = listener.accept();
    ASSERT_EQ(::send(accepted, kAnswer.data(), kAnswer.size(), 0), static_cast<ssize_t>(kAnswer.size()));
    if (ends) ::shutdown(accepted, SHUT_WR);
    go_on(connection, poller);

    EXPECT_FALSE(connection.is_busy());
    EXPECT_EQ(connection.failure(), Failure::None);
    EXPECT_EQ(connection.answer().status(), 503);
    ::close(accepted);
  }
}

}  // namespace
}  // namespace vitals::tool
