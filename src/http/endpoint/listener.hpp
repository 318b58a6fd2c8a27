#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "http/endpoint/descriptor.hpp"

namespace vitals::detail {

struct Listener {
  Descriptor socket;  // non-blocking, close-on-exec
  std::uint16_t port;
};

/// Listens on an address in digits. Throws std::system_error with address and port.
/// The socket is made by hand, since Asio's lack the close-on-exec flag.
[[nodiscard]] Listener listen_on(const std::string& address, std::uint16_t port);

/// What a limit per client address counts by: an IPv4 address, or an IPv6 network of 64 bits, which is what one client
/// has.
using PeerKey = std::array<unsigned char, 16>;

struct Accepted {
  Descriptor socket;  // non-blocking, close-on-exec; empty: then errno tells why
  PeerKey peer;
};
[[nodiscard]] Accepted accept_from(int listener) noexcept;

}  // namespace vitals::detail
