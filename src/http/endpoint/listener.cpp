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

#include "core/text/printable.hpp"

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
    case EAFNOSUPPORT:
      return " (this machine has no IPv6; listen on an IPv4 address)";
    case EMFILE:
    case ENFILE:
      return " (no file descriptor is left; raise the limit, ulimit -n)";
    default:
      return "";
  }
}

[[noreturn]] void fail(int error, const std::string& address, std::uint16_t port, const char* why = "") {
  const bool is_v6 = address.find(':') != std::string::npos && !address.starts_with('[');
  const std::string text = printable(address);
  const std::string where = (is_v6 ? '[' + text + ']' : text) + ':' + std::to_string(port);
  throw std::system_error(error, std::generic_category(),
                          "vitals::Endpoint can't listen on " + where + why + advice(error));
}

// Why a text is taken for no address, and what to write instead.
const char* nonsense(const std::string& address) noexcept {
  if (address.empty()) return ", since the address is empty; write 127.0.0.1 for localhost, 0.0.0.0 for all";
  if (address == "*")
    return ", since \"*\" is no address in digits; write 0.0.0.0 for all, :: for all of IPv6 and IPv4";
  if (address.starts_with('[')) return ", which is no address in digits; write it without the brackets, as in ::1";
  if (address.find('%') != std::string::npos) {
    return ", which is no IPv6 address in digits with an interface of this machine after the '%'";
  }
  if (std::count(address.begin(), address.end(), ':') == 1) {
    return ", which is no address in digits; the port is an option of its own";
  }
  return ", which is no IPv4 or IPv6 address in digits; write 127.0.0.1 for localhost, 0.0.0.0 for all";
}

// A link-local IPv6 address, which every interface has, without saying which one.
bool lacks_interface(const addrinfo& found) noexcept {
  if (found.ai_family != AF_INET6) return false;
  const auto& address = *reinterpret_cast<const sockaddr_in6*>(found.ai_addr);
  return IN6_IS_ADDR_LINKLOCAL(&address.sin6_addr) && address.sin6_scope_id == 0;
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
  // getaddrinfo() takes "*" for no address at all, which is localhost, and a text up to its first null.
  const bool is_text = !address.empty() && address != "*" && address.find('\0') == std::string::npos;
  if (!is_text || getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    fail(EINVAL, address, port, nonsense(address));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, freeaddrinfo};

  if (lacks_interface(*found)) {
    fail(EINVAL, address, port, "; a link-local address needs its interface: write fe80::1%eth0 for that of eth0");
  }
  Descriptor fd{socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) fail(errno, address, port);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // "::" is every interface for IPv4 too, whatever net.ipv6.bindv6only says.
  if (found->ai_family == AF_INET6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  // What follows is inherited by the connections.
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
