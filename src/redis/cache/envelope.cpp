#include "redis/cache/envelope.hpp"

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>

namespace vitals::detail {

namespace {

using std::chrono::milliseconds;
using std::chrono::system_clock;

constexpr std::uint8_t kVersion = 0xA1;
constexpr std::uint8_t kIdentity = 4;

template <std::unsigned_integral T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <std::unsigned_integral T>
bool take(std::string_view& in, T& value) noexcept {
  if (in.size() < sizeof(T)) return false;
  value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<std::uint8_t>(in[i])) << (8 * i)));
  }
  in.remove_prefix(sizeof(T));
  return true;
}

std::uint64_t since_epoch(system_clock::time_point time) noexcept {
  const auto ms = std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<milliseconds::rep>(ms, 0));
}

}  // namespace

std::string seal(const Envelope& envelope) {
  constexpr milliseconds::rep kMaxCost = std::numeric_limits<std::uint32_t>::max();
  std::string out;
  out.reserve(18 + envelope.identity.size() + envelope.payload.size());
  put(out, kVersion);
  put(out, std::uint8_t{envelope.identity.empty() ? std::uint8_t{0} : kIdentity});
  put(out, static_cast<std::uint32_t>(std::clamp<milliseconds::rep>(envelope.cost.count(), 0, kMaxCost)));
  put(out, since_epoch(envelope.expiry));
  if (!envelope.identity.empty()) {
    put(out, static_cast<std::uint32_t>(envelope.identity.size()));
    out += envelope.identity;
  }
  out += envelope.payload;
  return out;
}

std::optional<Envelope> unseal(std::string_view bytes) noexcept {
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  std::uint32_t cost = 0;
  std::uint64_t expiry = 0;
  if (!take(bytes, version) || !take(bytes, flags) || !take(bytes, cost) || !take(bytes, expiry)) return std::nullopt;
  if (version != kVersion || (flags & ~unsigned{kIdentity}) != 0) return std::nullopt;
  Envelope envelope;
  envelope.cost = milliseconds{cost};
  // Bounded, for a clock of nanoseconds overflows in the year 2262.
  constexpr auto kLast = static_cast<std::uint64_t>(
      std::chrono::duration_cast<milliseconds>(system_clock::time_point::max().time_since_epoch()).count());
  envelope.expiry = system_clock::time_point{milliseconds{static_cast<std::int64_t>(std::min(expiry, kLast))}};
  if ((flags & kIdentity) != 0) {
    std::uint32_t size = 0;
    if (!take(bytes, size) || size > bytes.size()) return std::nullopt;
    envelope.identity = bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  envelope.payload = bytes;
  return envelope;
}

}  // namespace vitals::detail
