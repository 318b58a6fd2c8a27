#pragma once

#include <array>
#include <string>

namespace vitals::detail {

/// A client's IPv6 address, or its IPv4 one mapped into it; of a Unix socket's client its user.
struct Peer {
  /// Connections are limited by this: the IPv4 address of a client, or its IPv6 network of 64 bits, all of which one
  /// client can have; or its user.
  using Key = std::array<unsigned char, 16>;

  std::array<unsigned char, 16> address{};
  bool is_local = false;  // of a Unix socket

  [[nodiscard]] Key key() const noexcept;
  /// "192.0.2.7", "2001:db8::1", "user 1000".
  [[nodiscard]] std::string to_text() const;
};

using PeerKey = Peer::Key;

/// What one party has many addresses of: the network of 24 bits of an IPv4 address, that of 48 bits of an IPv6 one; of
/// a user itself.
[[nodiscard]] PeerKey neighbourhood(const PeerKey& key) noexcept;

}  // namespace vitals::detail
