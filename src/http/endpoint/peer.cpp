#include "http/endpoint/peer.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace vitals::detail {
namespace {

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_ipv4(const PeerKey& address) noexcept { return std::equal(kMapped.begin(), kMapped.end(), address.begin()); }

}  // namespace

Peer::Key Peer::key() const noexcept {
  Key key{};
  std::copy_n(address.begin(), is_local || is_ipv4(address) ? 16 : 8, key.begin());
  return key;
}

PeerKey neighbourhood(const PeerKey& key) noexcept {
  PeerKey wider = key;
  if (is_ipv4(key)) {
    wider[15] = 0;
  } else if (key[15] == 0) {  // else it is of a user
    wider[6] = wider[7] = 0;
  }
  return wider;
}

std::string Peer::to_text() const {
  if (is_local) {
    std::uint32_t user = 0;
    std::memcpy(&user, address.data(), sizeof user);
    return "user " + std::to_string(user);
  }
  char text[INET6_ADDRSTRLEN] = {};
  const bool v4 = is_ipv4(address);
  (void)inet_ntop(v4 ? AF_INET : AF_INET6, address.data() + (v4 ? 12 : 0), text, sizeof text);
  return text;
}

}  // namespace vitals::detail
