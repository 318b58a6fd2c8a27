#include "http/http_client.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::testing {

using Clock = std::chrono::steady_clock;

std::string Answer::header(std::string_view name) const {
  const auto at = head.find("\r\n" + std::string{name} + ": ");
  if (at == std::string::npos) return "(none)";
  const auto begin = at + 4 + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

RawConnection::RawConnection(std::uint16_t port, int receive_buffer)
    : fd_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (receive_buffer > 0) (void)setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    close(fd_);
    throw std::system_error(error, std::generic_category(), "connect");
  }
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : fd_{std::exchange(other.fd_, -1)}, received_{std::move(other.received_)} {}

RawConnection::~RawConnection() {
  if (fd_ >= 0) close(fd_);
}

bool RawConnection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

void RawConnection::half_close() const { shutdown(fd_, SHUT_WR); }

void RawConnection::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(fd_, -1));
}

// More bytes. False: the other side closed, or the time is over.
bool RawConnection::fill(Clock::time_point until) {
  const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, static_cast<int>(std::max<long>(left, 0))) <= 0) return false;
  char bytes[16384];
  const auto n = recv(fd_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

Answer RawConnection::read_answer(milliseconds patience, bool is_head) {
  const auto until = Clock::now() + patience;
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill(until)) return {};
  }
  Answer answer;
  answer.head = received_.substr(0, end + 2);
  received_.erase(0, end + 4);
  answer.status = std::atoi(answer.head.c_str() + std::string_view{"HTTP/1.1 "}.size());
  const auto length = is_head ? 0 : static_cast<std::size_t>(std::atol(answer.header("Content-Length").c_str()));
  while (received_.size() < length) {
    if (!fill(until)) return {};
  }
  answer.body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

std::string RawConnection::read_all(milliseconds patience, bool* closed) {
  const auto until = Clock::now() + patience;
  while (fill(until)) continue;
  if (closed != nullptr) *closed = Clock::now() < until;
  return std::exchange(received_, {});
}

bool RawConnection::is_closed_within(milliseconds patience) {
  const auto until = Clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - Clock::now()).count();
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(std::max<long>(left, 0))) <= 0) return false;
    char bytes[4096];
    if (recv(fd_, bytes, sizeof bytes, 0) <= 0) return true;
  }
}

Answer request(std::uint16_t port, std::string_view bytes, milliseconds patience) {
  RawConnection connection{port};
  if (!connection.send(bytes)) return {};
  return connection.read_answer(patience, bytes.starts_with("HEAD"));
}

Answer get(std::uint16_t port, std::string_view target, std::string_view more_headers) {
  return request(port, "GET " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
                           std::string{more_headers} + "\r\n");
}

double sample(std::string_view exposition, std::string_view series) {
  for (std::size_t at = 0; (at = exposition.find(series, at)) != std::string_view::npos; at += series.size()) {
    const bool starts_line = at == 0 || exposition[at - 1] == '\n';
    const auto value = exposition.substr(at + series.size());
    if (starts_line && value.starts_with(' ')) return std::atof(std::string{value.substr(1, 32)}.c_str());
  }
  return -1;
}

bool is_response_time(std::string_view text) {
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const auto dot = text.find('.');
  return dot != std::string_view::npos && text.size() == dot + 6 && digits(text.substr(0, dot)) &&
         digits(text.substr(dot + 1, 3)) && text.ends_with("ms");
}

void sleep_briefly() { std::this_thread::sleep_for(milliseconds{2}); }

}  // namespace vitals::testing
