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

/// Listens on an address in digits. Throws std::system_error with address and port. Without Asio, whose sockets lack
/// the close-on-exec flag.
[[nodiscard]] Listener listen_on(const std::string& address, std::uint16_t port);

/// Connections are limited by this: the IPv4 address of a client, or its IPv6 network of 64 bits, all of which one
/// client can have.
using PeerKey = std::array<unsigned char, 16>;

struct Accepted {
  Descriptor socket;  // non-blocking, close-on-exec; empty: then errno tells why
  PeerKey peer;
};
[[nodiscard]] Accepted accept_from(int listener) noexcept;

}  // namespace vitals::detail
