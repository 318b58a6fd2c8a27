#include "redis/cache/envelope.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "redis/cache/little_endian.hpp"

namespace vitals::detail {

namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t kVersion = 0xA2;
constexpr std::uint8_t kIdentity = 4;
constexpr std::size_t kCostAndExpiry = sizeof(std::uint32_t) + sizeof(std::uint64_t);

template <std::unsigned_integral T>
T clamped(milliseconds time) noexcept {
  const auto ms = static_cast<std::uint64_t>(std::max<milliseconds::rep>(time.count(), 0));
  return static_cast<T>(std::min<std::uint64_t>(ms, std::numeric_limits<T>::max()));
}

}  // namespace

std::string seal(const Envelope& envelope, milliseconds cost, std::chrono::system_clock::time_point expiry) {
  std::string out;
  out.reserve(26 + envelope.identity.size() + envelope.payload.size());
  put_number(out, kVersion);
  put_number(out, envelope.identity.empty() ? std::uint8_t{0} : kIdentity);
  put_number(out, clamped<std::uint32_t>(cost));
  put_number(out, clamped<std::uint64_t>(std::chrono::duration_cast<milliseconds>(expiry.time_since_epoch())));
  put_number(out, envelope.write);
  if (!envelope.identity.empty()) {
    put_number(out, static_cast<std::uint32_t>(envelope.identity.size()));
    out += envelope.identity;
  }
  out += envelope.payload;
  return out;
}

std::optional<Envelope> unseal(std::string_view bytes) noexcept {
  std::uint8_t version = 0;
  std::uint8_t flags = 0;
  if (!take_number(bytes, version) || !take_number(bytes, flags) || bytes.size() < kCostAndExpiry) return std::nullopt;
  if (version != kVersion || (flags & ~unsigned{kIdentity}) != 0) return std::nullopt;
  bytes.remove_prefix(kCostAndExpiry);
  Envelope envelope;
  if (!take_number(bytes, envelope.write)) return std::nullopt;
  if ((flags & kIdentity) != 0) {
    std::uint32_t size = 0;
    if (!take_number(bytes, size) || size > bytes.size()) return std::nullopt;
    envelope.identity = bytes.substr(0, size);
    bytes.remove_prefix(size);
  }
  envelope.payload = bytes;
  return envelope;
}

}  // namespace vitals::detail
