#include "http/requests/host_table.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <stdexcept>

namespace vitals::detail {
namespace {

// A character of a host in lower case; 0: it can't be in one. '%' is that of an IPv6 zone.
constexpr std::array<char, 256> host_characters(std::string_view more) {
  std::array<char, 256> table{};
  for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyz0123456789-._"}) table[static_cast<unsigned char>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
  for (const char c : more) table[static_cast<unsigned char>(c)] = c;
  return table;
}
constexpr auto kNameCharacters = host_characters("");
constexpr auto kAddressCharacters = host_characters(":%[]");

bool is_port(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// The host of an authority, as it stands there: without user and port. Empty if it is malformed.
std::string_view without_port(std::string_view authority) noexcept {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const bool is_address = authority.starts_with('[');
  const auto bracket = is_address ? authority.find(']') : 0;
  if (bracket == std::string_view::npos) return {};
  const auto end = is_address ? bracket + 1 : std::min(authority.find(':'), authority.size());
  const auto rest = authority.substr(end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
  return is_address && end < 4 ? std::string_view{} : authority.substr(0, end);  // "[::]" is the shortest
}

[[noreturn]] void refuse_host(const std::string& host, const std::string& rule) {
  throw std::invalid_argument("vitals::HttpClientMetrics: host \"" + host + "\": " + rule);
}

std::size_t checked_capacity(std::size_t listed, std::size_t max_learned) {
  if (listed <= HostTable::kMaxHosts && max_learned <= HostTable::kMaxHosts - listed) return listed + max_learned;
  throw std::invalid_argument("vitals::HttpClientMetrics: hosts and max_hosts are " + std::to_string(listed) + " and " +
                              std::to_string(max_learned) + ", and together at most 1000; each route has a place for "
                              "each host, so list fewer, or leave the rest to `_OTHER`");
}

}  // namespace

UrlParts split_url(std::string_view url) noexcept {
  const auto colon = url.find_first_of(":/?#");
  if (colon == std::string_view::npos || colon == 0 || url.substr(colon, 3) != "://") return {{}, url};
  const auto rest = url.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  const auto path = rest.substr(end);
  return {rest.substr(0, end), path.starts_with('/') ? path : "/"};
}

HostName::HostName(std::string_view authority) noexcept {
  const auto host = without_port(authority);
  if (host.size() > kMaxSize) return;
  const auto& characters = host.starts_with('[') ? kAddressCharacters : kNameCharacters;
  std::uint32_t hash = 2'166'136'261;  // FNV-1a
  for (std::size_t i = 0; i < host.size(); ++i) {
    const char c = characters[static_cast<unsigned char>(host[i])];
    if (c == 0) return;
    text_[i] = c;
    hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619;
  }
  size_ = host.size();
  hash_ = hash;
}

HostTable::HostTable(const std::vector<std::string>& listed, std::size_t max_learned)
    : capacity_{checked_capacity(listed.size(), max_learned)},
      mask_{std::bit_ceil(2 * capacity_ + 2) - 1},
      slots_{std::make_unique<std::atomic<Host*>[]>(mask_ + 1)} {
  for (const auto& host : listed) {
    const HostName name{host};
    if (name.text().size() != host.size() || host.empty()) {
      refuse_host(host, "a host is a name or an address alone, IPv6 in brackets, without scheme, user, port and path; "
                        "write \"api.example.com\"");
    }
    if (learn(name) == kOther) throw std::bad_alloc{};
  }
}

std::uint16_t HostTable::index(std::string_view authority) noexcept {
  const HostName name{authority};
  if (name.text().empty()) return kOther;
  if (const Host* known = slot(name).load(std::memory_order_acquire)) [[likely]]
    return known->index;
  return is_full_.load(std::memory_order_relaxed) ? kOther : learn(name);
}

std::string_view HostTable::name(std::uint16_t index) const noexcept {
  if (index == kOther) return "_OTHER";
  const std::lock_guard lock{mutex_};
  return hosts_[index - 1U].name;
}

// The host's slot, or the empty one where it belongs.
std::atomic<HostTable::Host*>& HostTable::slot(const HostName& name) const noexcept {
  for (std::size_t i = name.hash();; ++i) {
    auto& at = slots_[i & mask_];
    const Host* const host = at.load(std::memory_order_acquire);
    if (host == nullptr || host->name == name.text()) return at;
  }
}

std::uint16_t HostTable::learn(const HostName& name) noexcept try {
  const std::lock_guard lock{mutex_};
  auto& at = slot(name);
  if (const Host* known = at.load(std::memory_order_relaxed)) return known->index;
  if (hosts_.size() == capacity_) {
    is_full_.store(true, std::memory_order_relaxed);
    return kOther;
  }
  hosts_.push_back({std::string{name.text()}, static_cast<std::uint16_t>(hosts_.size() + 1)});
  Host& made = hosts_.back();
  at.store(&made, std::memory_order_release);
  return made.index;
} catch (...) {  // out of memory
  return kOther;
}

}  // namespace vitals::detail
