#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vitals::detail {

/// An IPv6 address, or an IPv4 one mapped into it: ::ffff:192.0.2.7.
using PeerAddress = std::array<unsigned char, 16>;

/// The networks whose addresses may connect.
/// Thread-safe: it doesn't change. Cost: contains() some 4 ns for each network.
class Networks {
 public:
  /// None: contains() nothing.
  Networks() = default;
  /// Of texts such as "10.0.0.0/8", "fd00::/8", "192.0.2.7". Throws std::invalid_argument with the text, the rule and
  /// the fix.
  explicit Networks(std::span<const std::string> texts);

  [[nodiscard]] bool contains(const PeerAddress& address) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return networks_.empty(); }

 private:
  struct Network {
    PeerAddress address;
    unsigned bits;  // of the 128
  };

  static Network parsed(const std::string& text);

  std::vector<Network> networks_;
};

}  // namespace vitals::detail
