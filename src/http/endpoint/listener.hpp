#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "http/endpoint/descriptor.hpp"
#include "http/endpoint/peer.hpp"

namespace vitals::detail {

/// Where to listen: at a Unix socket if it has a path, else at an address and port.
struct ListenAt {
  std::string address = {};
  std::uint16_t port = 0;
  std::string unix_socket = {};  // "@name" is an abstract one
  unsigned int mode = 0;         // of the Unix socket's file
};

/// A place to listen at, perhaps more than once. Without Asio, whose sockets lack the close-on-exec flag.
class Listener {
 public:
  explicit Listener(ListenAt at) : at_{std::move(at)} {}
  /// Of a socket that systemd gave.
  explicit Listener(int inherited) : inherited_{inherited} {}
  Listener(Listener&& other) noexcept
      : at_{std::move(other.at_)},
        inherited_{other.inherited_},
        inode_{other.inode_},
        file_inode_{std::exchange(other.file_inode_, 0)} {}
  Listener& operator=(Listener&&) = delete;
  /// Removes the file of its Unix socket.
  ~Listener() { remove_file(); }

  /// A socket that listens there: non-blocking, close-on-exec. Throws std::system_error that says where and why not.
  [[nodiscard]] Descriptor open();
  /// Of an address, once it is open; else 0.
  [[nodiscard]] std::uint16_t port() const noexcept { return at_.port; }
  [[nodiscard]] std::string shown() const;
  /// Whether this descriptor still is what open() gave: others of the process may have closed it, and taken its number.
  [[nodiscard]] bool is_own(int descriptor) const noexcept;
  void remove_file() noexcept;

 private:
  [[nodiscard]] Descriptor open_address();
  [[nodiscard]] Descriptor open_unix();
  [[nodiscard]] Descriptor take_inherited();
  [[noreturn]] void fail(int error) const;
  [[noreturn]] void fail(int error, const std::string& why_and_fix) const;
  [[nodiscard]] std::string why_taken() const;

  ListenAt at_ = {};
  int inherited_ = -1;
  std::uint64_t inode_ = 0;
  std::uint64_t file_inode_ = 0;  // of the Unix socket's file, if there is one
};

/// Those that systemd has given to this process (LISTEN_FDS); the variables are left as they are. Throws
/// std::system_error if there are none.
[[nodiscard]] std::vector<Listener> inherited_listeners();

struct Accepted {
  Descriptor socket;  // non-blocking, close-on-exec; empty: then errno tells why
  Peer peer;
};
[[nodiscard]] Accepted accept_from(int listener) noexcept;

}  // namespace vitals::detail
