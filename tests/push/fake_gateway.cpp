#include "push/fake_gateway.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::test {
namespace {

FakeRequest read_request(int connection) {
  std::string bytes;
  char buffer[65536];
  const auto more = [&] {
    const auto n = ::recv(connection, buffer, sizeof buffer, 0);
    if (n > 0) bytes.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  };
  // A client that speaks TLS waits for what it is answered.
  const auto is_tls = [&] { return bytes.starts_with('\x16'); };
  while (bytes.find("\r\n\r\n") == std::string::npos && !is_tls() && more()) {
  }
  if (is_tls()) return {};
  const auto end = std::min(bytes.find("\r\n\r\n"), bytes.size());
  const std::string head = bytes.substr(0, end);
  std::size_t length = 0;
  if (const auto at = head.find("Content-Length: "); at != std::string::npos)
    length = std::strtoul(head.c_str() + at + 16, nullptr, 10);
  while (bytes.size() < end + 4 + length && more()) {
  }
  return {head, bytes.substr(std::min(end + 4, bytes.size()))};
}

void send_all(int connection, const std::string& bytes) {
  for (std::size_t sent = 0; sent < bytes.size();) {
    const auto n = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

}  // namespace

FakeGateway::FakeGateway(Script script)
    : script_{std::move(script)}, listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &size) != 0)
    throw std::system_error{errno, std::generic_category(), "fake gateway"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { serve(); }};
}

FakeGateway::FakeGateway(std::vector<std::string> answers)
    : FakeGateway{[all = std::move(answers)](std::size_t number) { return all[std::min(number, all.size() - 1)]; }} {}

FakeGateway::~FakeGateway() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  for (const int connection : silent_) ::close(connection);
}

std::vector<FakeRequest> FakeGateway::requests() const {
  const std::lock_guard lock{mutex_};
  return requests_;
}

void FakeGateway::serve() {
  for (;;) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    FakeRequest request = read_request(connection);
    std::size_t number = 0;
    {
      const std::lock_guard lock{mutex_};
      number = requests_.size();
      requests_.push_back(std::move(request));
    }
    const auto answer = script_(number);
    if (!answer) {
      silent_.push_back(connection);
      continue;
    }
    send_all(connection, *answer);
    ::close(connection);
  }
}

std::string answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace vitals::test
