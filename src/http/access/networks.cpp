#include "http/access/networks.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include <arpa/inet.h>

#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;
constexpr unsigned kAllBits = 128;

bool is_ipv4(const PeerAddress& address) { return std::ranges::equal(kMapped, std::span{address}.first<12>()); }

[[noreturn]] void refuse_network(const std::string& text, const std::string& rule_and_fix) {
  throw std::invalid_argument("vitals::EndpointOptions: allowed_networks " + in_single_quotes(text) + ": " +
                              rule_and_fix);
}

// Whether the first bits are the same.
bool is_within(const PeerAddress& address, const PeerAddress& network, unsigned bits) {
  const auto whole = bits / 8;
  if (!std::equal(address.begin(), address.begin() + whole, network.begin())) return false;
  const auto rest = bits % 8;
  return rest == 0 || ((address[whole] ^ network[whole]) >> (8 - rest)) == 0;
}

PeerAddress without_host_bits(PeerAddress address, unsigned bits) {
  for (auto at = bits; at < kAllBits; ++at) address[at / 8] &= static_cast<unsigned char>(~(0x80U >> at % 8));
  return address;
}

std::string shown_address(const PeerAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(address))
    inet_ntop(AF_INET, address.data() + kMapped.size(), text.data(), text.size());
  else
    inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

// Why the part before the slash is no address.
std::string address_fault(std::string_view address) {
  if (address.find('[') != address.npos) return "brackets belong to URLs; write the address without them, such as ::1";
  if (address.find('%') != address.npos) return "interfaces are not compared; leave out what begins with %";
  if (std::ranges::count(address, ':') == 1) return "ports are not compared; leave out what begins with the colon";
  if (address.find_first_not_of("0123456789.") == address.npos)
    return "an IPv4 address has four numbers from 0 to 255 without leading zeros; write it out, such as 10.0.0.0";
  if (address.find_first_not_of("0123456789abcdefABCDEF:.") == address.npos && address.find(':') != address.npos)
    return "this is no IPv6 address; write one such as fd00::/8";
  return "names are not looked up; write an address such as 192.0.2.7 or a network such as 10.0.0.0/8";
}

unsigned parsed_bits(const std::string& text, std::string_view bits, unsigned most) {
  if (bits.find('.') != bits.npos || bits.find(':') != bits.npos)
    refuse_network(text, "masks are not read; write the number of their bits, such as /8 for 255.0.0.0");
  unsigned value = 0;
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), value);
  const bool is_number =
      error == std::errc{} && end == bits.data() + bits.size() && (bits.size() == 1 || bits.front() != '0');
  if (!is_number || value > most)
    refuse_network(text, "what follows the slash is a number of bits from 0 to " + std::to_string(most) +
                             (most == 32 ? " for IPv4" : " for IPv6") + "; write one, or leave it out for one address");
  return value;
}

}  // namespace

Networks::Networks(std::span<const std::string> texts) {
  networks_.reserve(texts.size());
  for (const auto& text : texts) networks_.push_back(parsed(text));
}

Networks::Network Networks::parsed(const std::string& text) {
  if (text.empty()) refuse_network(text, "it is empty; write one such as 10.0.0.0/8, or leave it out");
  if (text.find_first_of(" \t\r\n,;") != text.npos || text.find('\0') != text.npos)
    refuse_network(text,
                   "blanks, commas and the like are no part of an address; give each network as a text of its own");
  const auto slash = text.find('/');
  const auto address = text.substr(0, slash);

  Network network{};
  if (inet_pton(AF_INET, address.c_str(), network.address.data() + kMapped.size()) == 1)
    std::ranges::copy(kMapped, network.address.begin());
  else if (inet_pton(AF_INET6, address.c_str(), network.address.data()) != 1)
    refuse_network(text, address_fault(address));
  const bool has_dots_alone = address.find(':') == address.npos;
  const auto first = has_dots_alone ? kMappedBits : 0;
  network.bits = slash == text.npos
                     ? kAllBits
                     : first + parsed_bits(text, std::string_view{text}.substr(slash + 1), kAllBits - first);

  const auto masked = without_host_bits(network.address, network.bits);
  if (masked != network.address)
    refuse_network(text, "bits are set behind the " + std::to_string(network.bits - first) + " of the network; write " +
                             shown_address(masked) + text.substr(slash) + " for the network, or " +
                             shown_address(network.address) + " for the address");
  const bool is_any = std::ranges::all_of(std::span{network.address}.subspan(has_dots_alone ? kMapped.size() : 0),
                                          [](unsigned char byte) { return byte == 0; });
  if (is_any && network.bits == kAllBits)
    refuse_network(text, "no client has this address; for every client write " + address + "/0, or allow no network");
  return network;
}

bool Networks::contains(const PeerAddress& address) const noexcept {
  // A network of IPv6, even ::/0, has no address of IPv4, though these lie in ::ffff:0:0/96 here.
  const bool of_ipv4 = is_ipv4(address);
  return std::ranges::any_of(networks_, [&](const Network& network) {
    return of_ipv4 == (network.bits >= kMappedBits && is_ipv4(network.address)) &&
           is_within(address, network.address, network.bits);
  });
}

}  // namespace vitals::detail
