#include "http/endpoint/listener.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text/printable.hpp"
#include "core/text/process_user.hpp"
#include "http/endpoint/folder_lock.hpp"

namespace vitals::detail {
namespace {

constexpr int kBacklog = 128;
constexpr int kSendBuffer = 256 << 10;         // bounds what the kernel holds for a slow reader
constexpr unsigned int kUserTimeout = 30'000;  // ms until unacknowledged data ends a connection to a dead peer

void set(int fd, int level, int option, int value) noexcept {
  (void)setsockopt(fd, level, option, &value, sizeof value);
}

// Its what() leaves the text of the code out, which says no more than the message.
class CannotListen : public std::system_error {
 public:
  CannotListen(int error, const std::string& message) : system_error{error, std::generic_category()}, text_{message} {}
  [[nodiscard]] const char* what() const noexcept override { return text_.what(); }

 private:
  std::runtime_error text_;  // copied without throwing
};

std::string advice(int error, const ListenAt& at) {
  const bool is_unix = !at.unix_socket.empty();
  switch (error) {
    case EADDRINUSE:
      return is_unix ? "; choose another name" : "; choose another port, or 0 for a free one";
    case EACCES:
      if (is_unix) return "; let " + process_user() + " write into its folder";
      return at.port > 0 && at.port < 1024
                 ? "; ports below 1024 need a privilege: choose another, or give CAP_NET_BIND_SERVICE"
                 : "";
    case ENOENT:
      return "; make its folder first";
    case ENOTDIR:
      return "; choose a path of which all but the last part are folders";
    case EADDRNOTAVAIL:
      return "; this machine has no such address: choose one of those that it has";
    case EAFNOSUPPORT:
      return "; this machine has no IPv6: listen on an IPv4 address";
    case EMFILE:
    case ENFILE:
      return "; no file descriptor is left: raise the limit, ulimit -n";
    default:
      return "";
  }
}

// Why a text is taken for no address, and what to write instead.
const char* nonsense(const std::string& address) noexcept {
  if (address.empty()) return "the address is empty; write 127.0.0.1 for localhost, 0.0.0.0 for all";
  if (address == "*") return "that is no address in digits; write 0.0.0.0 for all, :: for all of IPv6 and IPv4";
  if (address.starts_with('[')) return "that is no address in digits; write it without the brackets, as in ::1";
  if (address.find('%') != std::string::npos)
    return "that is no IPv6 address in digits with an interface of this machine after the '%'; write one of ip -6 addr";
  if (std::count(address.begin(), address.end(), ':') == 1)
    return "that is no address in digits; the port is an option of its own";
  return "that is no IPv4 or IPv6 address in digits; write 127.0.0.1 for localhost, 0.0.0.0 for all";
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

Peer peer_of(const sockaddr_storage& from) noexcept {
  Peer peer;
  if (from.ss_family == AF_INET6) {
    const auto& address = reinterpret_cast<const sockaddr_in6&>(from).sin6_addr;
    std::copy_n(address.s6_addr, 16, peer.address.begin());
  } else {
    const auto* address = reinterpret_cast<const unsigned char*>(&reinterpret_cast<const sockaddr_in&>(from).sin_addr);
    peer.address[10] = peer.address[11] = 0xff;
    std::copy_n(address, 4, peer.address.begin() + 12);
  }
  return peer;
}

Peer local_peer(int fd) noexcept {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  Peer peer;
  peer.is_local = true;
  if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
    const auto user = static_cast<std::uint32_t>(credentials.uid);
    std::memcpy(peer.address.data(), &user, sizeof user);
  }
  peer.address[15] = 1;  // no IPv6 network's
  return peer;
}

std::uint64_t inode_of(int fd) noexcept {
  struct stat status {};
  return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

// 0: there is no file, or none of a socket.
std::uint64_t socket_inode(const std::string& path) noexcept {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

void set_for_connections(int fd) noexcept {
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeout);
}

}  // namespace

std::string Listener::shown() const {
  if (inherited_ >= 0) return "descriptor " + std::to_string(inherited_) + " of systemd";
  if (!at_.unix_socket.empty()) return "the Unix socket " + printable(at_.unix_socket);
  const bool is_v6 = at_.address.find(':') != std::string::npos && !at_.address.starts_with('[');
  const std::string text = at_.address.empty() ? "\"\"" : printable(at_.address);
  return (is_v6 ? '[' + text + ']' : text) + ':' + std::to_string(at_.port);
}

void Listener::fail(int error) const { fail(error, std::generic_category().message(error) + advice(error, at_)); }

void Listener::fail(int error, const std::string& why_and_fix) const {
  throw CannotListen(error, "vitals::Endpoint can't listen on " + shown() + ": " + why_and_fix);
}

// The path of a Unix socket.
std::string Listener::why_taken() const {
  if (socket_inode(at_.unix_socket) == 0) return "there is a file that is no socket; choose another path";
  return "there is a socket that another process listens on, or that " + process_user() +
         " may not remove; choose another path";
}

bool Listener::is_own(int descriptor) const noexcept { return inode_ != 0 && inode_of(descriptor) == inode_; }

void Listener::remove_file() noexcept {
  if (file_inode_ == 0) return;
  if (socket_inode(at_.unix_socket) == file_inode_) (void)unlink(at_.unix_socket.c_str());
  file_inode_ = 0;
}

Descriptor Listener::open() {
  Descriptor fd = inherited_ >= 0 ? take_inherited() : at_.unix_socket.empty() ? open_address() : open_unix();
  inode_ = inode_of(fd.get());
  return fd;
}

Descriptor Listener::open_address() {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string& address = at_.address;
  // getaddrinfo() takes "*" for no address at all, which is localhost, and a text up to its first null.
  const bool is_text = !address.empty() && address != "*" && address.find('\0') == std::string::npos;
  if (!is_text || getaddrinfo(address.c_str(), std::to_string(at_.port).c_str(), &hints, &found) != 0) {
    fail(EINVAL, nonsense(address));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner{found, freeaddrinfo};

  if (lacks_interface(*found)) {
    fail(EINVAL, "a link-local address needs its interface; write fe80::1%eth0 for that of eth0");
  }
  Descriptor fd{socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) fail(errno);
  set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // "::" is every interface for IPv4 too, whatever net.ipv6.bindv6only says.
  if (found->ai_family == AF_INET6) set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 0);
  set_for_connections(fd.get());
  if (bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) fail(errno);
  if (listen(fd.get(), kBacklog) != 0) fail(errno);
  at_.port = bound_port(fd.get());  // the same when it is opened again
  return fd;
}

Descriptor Listener::open_unix() {
  const std::string& path = at_.unix_socket;
  const bool is_abstract = path.front() == '@';
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos)
    fail(EINVAL, "the path is longer than 107 bytes, or has a null; choose another");
  std::memcpy(address.sun_path, path.c_str(), path.size());
  if (is_abstract) address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (is_abstract ? 0 : 1));

  Descriptor fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd.get() < 0) fail(errno);
  set(fd.get(), SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  const auto* const where = reinterpret_cast<const sockaddr*>(&address);
  // A socket that nobody listens on any more is what a process that was killed leaves. Of two that find it at once, the
  // second must not remove the first one's, nor find that before it listens.
  std::optional<FolderLock> lock;
  if (!is_abstract) lock.emplace(path);
  if (!is_abstract && socket_inode(path) != 0) {
    const Descriptor probe{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (connect(probe.get(), where, size) != 0 && errno == ECONNREFUSED) (void)unlink(path.c_str());
  }
  if (bind(fd.get(), where, size) != 0) {
    if (errno == EADDRINUSE && !is_abstract) fail(EADDRINUSE, why_taken());
    fail(errno);
  }
  // Nobody can connect before listen().
  if (!is_abstract) {
    file_inode_ = socket_inode(path);
    if (chmod(path.c_str(), at_.mode) != 0) fail(errno);
  }
  if (listen(fd.get(), kBacklog) != 0) fail(errno);
  return fd;
}

// A second time there is nothing to take: only systemd could open it anew.
Descriptor Listener::take_inherited() {
  int listens = 0;
  socklen_t size = sizeof listens;
  if (inode_ != 0 || getsockopt(inherited_, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || listens == 0)
    fail(EINVAL, "it does not listen; give a stream socket with Accept=no");
  (void)fcntl(inherited_, F_SETFD, FD_CLOEXEC);
  (void)fcntl(inherited_, F_SETFL, fcntl(inherited_, F_GETFL) | O_NONBLOCK);
  set_for_connections(inherited_);
  sockaddr_storage bound{};
  size = sizeof bound;
  if (getsockname(inherited_, reinterpret_cast<sockaddr*>(&bound), &size) == 0 && bound.ss_family != AF_UNIX)
    at_.port = bound_port(inherited_);
  return Descriptor{inherited_};
}

std::vector<Listener> inherited_listeners() {
  constexpr int kFirst = 3;  // sd_listen_fds(3)
  const char* const process = std::getenv("LISTEN_PID");
  const char* const number = std::getenv("LISTEN_FDS");
  const auto value = [](const char* text) { return text == nullptr ? 0 : std::strtol(text, nullptr, 10); };
  if (value(process) != getpid() || value(number) <= 0 || value(number) > 256) {
    throw std::system_error(ENOTCONN, std::generic_category(),
                            "vitals::Endpoint has no sockets of systemd: LISTEN_PID and LISTEN_FDS name none of this "
                            "process (start it by its .socket unit, or leave systemd_sockets out)");
  }
  // They are there once: what has their numbers later is another file.
  static std::atomic<bool> are_taken{false};  // relaxed: only decides who has them
  if (are_taken.exchange(true, std::memory_order_relaxed)) {
    throw std::system_error(EBUSY, std::generic_category(),
                            "vitals::Endpoint has no sockets of systemd: another Endpoint of this process has taken "
                            "them (give that one more_addresses, or this one an address)");
  }
  std::vector<Listener> all;
  for (int fd = kFirst; fd < kFirst + value(number); ++fd) all.emplace_back(fd);
  return all;
}

Accepted accept_from(int listener) noexcept {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  Descriptor fd{accept4(listener, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (fd.get() < 0) return {std::move(fd), {}};
  const Peer from = peer.ss_family == AF_UNIX ? local_peer(fd.get()) : peer_of(peer);
  return {std::move(fd), from};
}

}  // namespace vitals::detail
