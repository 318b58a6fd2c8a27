#include "http/requests/host_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>
#include <stdexcept>

#include "http/requests/path_segments.hpp"

namespace vitals::detail {
namespace {

// A character of a host in lower case; 0: it can't be in one. '%' is that of an IPv6 zone.
constexpr std::array<char, 256> host_characters(std::string_view more) {
  std::array<char, 256> table{};
  for (const char c : std::string_view{"abcdefghijklmnopqrstuvwxyz0123456789-._"})
    table[static_cast<unsigned char>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
  for (const char c : more) table[static_cast<unsigned char>(c)] = c;
  return table;
}
constexpr auto kNameCharacters = host_characters("");
constexpr auto kAddressCharacters = host_characters(":%[]");

// Where the first of these characters is, or the text's end. By hand: std::string_view's would be half of what a call
// costs.
template <char... Of>
std::size_t find_first(std::string_view text) noexcept {
  std::size_t i = 0;
  while (i < text.size() && ((text[i] != Of) && ...)) ++i;
  return i;
}

// ":8443", or ":" alone.
bool is_port(std::string_view text) noexcept {
  return text.starts_with(':') && std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

// The host of an authority, as it stands there: without user and port. Empty if it is malformed.
std::string_view without_port(std::string_view authority) noexcept {
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const bool is_address = authority.starts_with('[');
  const auto end = is_address ? std::min(authority.find(']'), authority.size() - 1) + 1
                              : std::min(authority.find(':'), authority.size());
  const auto host = authority.substr(0, end);
  if (end < authority.size() && !is_port(authority.substr(end))) return {};
  return is_address && (host.size() < 4 || !host.ends_with(']')) ? std::string_view{} : host;  // "[::]" is the shortest
}

[[noreturn]] void refuse_host(const std::string& host, const std::string& rule) {
  throw std::invalid_argument("vitals::HttpClientMetrics: host \"" + host + "\": " + rule);
}

std::size_t checked_capacity(std::size_t listed, std::size_t max_learned) {
  if (listed <= HostTable::kMaxHosts && max_learned <= HostTable::kMaxHosts - listed) return listed + max_learned;
  throw std::invalid_argument("vitals::HttpClientMetrics: hosts and max_hosts are " + std::to_string(listed) + " and " +
                              std::to_string(max_learned) +
                              ", and together at most 1000; each route has a place for "
                              "each host, so list fewer, or leave the rest to `_OTHER`");
}

}  // namespace

UrlParts split_url(std::string_view url) noexcept {
  const auto colon = find_first<':', '/', '?', '#'>(url);
  if (colon == 0 || url.substr(colon, 3) != "://") return {{}, url};
  const auto rest = url.substr(colon + 3);
  const auto end = find_first<'/', '?', '#'>(rest);
  const auto path = rest.substr(end);
  return {rest.substr(0, end), path.starts_with('/') ? path : "/"};
}

HostName::HostName(std::string_view authority) noexcept {
  size_ = put(authority, kNameCharacters);
  if (size_ < authority.size() && !is_port(authority.substr(size_))) [[unlikely]] {
    const auto host = without_port(authority);
    if (put(host, host.starts_with('[') ? kAddressCharacters : kNameCharacters) < host.size()) size_ = 0;
  }
  std::memset(text_.data() + size_, 0, 8);  // up to a whole word
  std::uint64_t hash = size_;
  for (std::size_t i = 0; i < size_; i += 8) hash = (hash ^ load_word(text_.data() + i)) * 0x9E37'79B9'7F4A'7C15;
  hash_ = static_cast<std::uint32_t>(hash >> 32);
}

// Writes as much of it as is a host's, in lower case.
std::size_t HostName::put(std::string_view text, const std::array<char, 256>& characters) noexcept {
  std::size_t n = 0;
  for (const std::size_t most = std::min(text.size(), kMaxSize); n < most; ++n) {
    const char c = characters[static_cast<unsigned char>(text[n])];
    if (c == 0) break;
    text_[n] = c;
  }
  return size_ = n;
}

HostTable::HostTable(const std::vector<std::string>& listed, std::size_t max_learned)
    : capacity_{checked_capacity(listed.size(), max_learned)},
      mask_{std::bit_ceil(2 * capacity_ + 2) - 1},
      slots_{std::make_unique<std::atomic<Host*>[]>(mask_ + 1)} {
  for (const auto& host : listed) {
    const HostName name{host};
    if (name.text().size() != host.size() || host.empty()) {
      refuse_host(host,
                  "a host is a name or an address alone, IPv6 in brackets, without scheme, user, port and path; "
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
