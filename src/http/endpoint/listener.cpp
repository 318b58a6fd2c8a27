#include "http/endpoint/listener.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace vitals::detail {
namespace {

constexpr int kBacklog = 128;
constexpr int kSendBuffer = 256 << 10;         // bounds what the kernel holds for a slow reader
constexpr unsigned int kUserTimeout = 30'000;  // ms until unacknowledged data ends a connection to a dead peer

void set(int fd, int level, int option, int value) noexcept {
  (void)setsockopt(fd, level, option, &value, sizeof value);
}

const char* advice(int error) noexcept {
  switch (error) {
    case EADDRINUSE:
      return " (choose another port, or 0 for a free one)";
    case EACCES:
      return " (ports below 1024 need a privilege)";
    case EADDRNOTAVAIL:
      return " (this machine has no such address)";
    default:
      return "";
  }
}

[[noreturn]] void fail(int error, const std::string& address, std::uint16_t port, const char* why = "") {
  const bool is_v6 = address.find(':') != std::string::npos;
  const std::string where = (is_v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
  throw std::system_error(error, std::generic_category(),
                          "vitals::Endpoint can't listen on " + where + why + advice(error));
}

std::uint16_t bound_port(int fd) noexcept {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  (void)getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

PeerKey peer_key(const sockaddr_storage& peer) noexcept {
  PeerKey key{};
  if (peer.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr;
    std::copy_n(address.s6_addr, IN6_IS_ADDR_V4MAPPED(&address) ? 16 : 8, key.begin());
  } else {
    const auto* address = reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in&>(peer).sin_addr);
    key[10] = key[11] = 0xff;
    std::copy_n(address, 4, key.begin() + 12);
  }
  return key;
}

}  // namespace

Listener listen_on(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (address.empty() || getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    fail(EINVAL, address, port,
         ", which is no IPv4 or IPv6 address in digits; write 127.0.0.1 for localhost, 0.0.0.0 for all");
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, freeaddrinfo};

  Descriptor fd{socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) fail(errno, address, port);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // All but REUSEADDR are inherited by the connections.
  set(fd.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd.get(), SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeout);
  if (bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) fail(errno, address, port);
  if (listen(fd.get(), kBacklog) != 0) fail(errno, address, port);
  const std::uint16_t bound = bound_port(fd.get());
  return {std::move(fd), bound};
}

Accepted accept_from(int listener) noexcept {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  Descriptor fd{accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  return {std::move(fd), peer_key(peer)};
}

}  // namespace vitals::detail
