#include "tool/load/raw_server.hpp"

#include <array>
#include <cstddef>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::tool {

RawServer::RawServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::system_error(errno, std::generic_category(), "raw server");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (const int connection : connections_) ::shutdown(connection, SHUT_RDWR);
  for (auto& script : scripts_) script.join();
  for (const int connection : connections_) ::close(connection);
  ::close(listener_);
}

std::string RawServer::url(std::string_view scheme) const {
  return std::string{scheme} + "://127.0.0.1:" + std::to_string(port_);
}

void RawServer::serve() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    connections_.push_back(connection);
    scripts_.emplace_back([this, connection] {
      script_(connection);
      ::shutdown(connection, SHUT_WR);
    });
  }
}

bool send_raw(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool read_head(int connection) {
  std::array<char, 4096> bytes{};
  std::string head;
  while (head.find("\r\n\r\n") == head.npos) {
    const auto n = ::recv(connection, bytes.data(), bytes.size(), 0);
    if (n <= 0) return false;
    head.append(bytes.data(), static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace vitals::tool
