#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// What a cached value is stored as. Little endian:
///
///   u8  version     0xA2
///   u8  flags       1 negative, 2 compressed: not written yet, and not readable; 4 identity follows
///   u32 cost        milliseconds that the value took to compute
///   u64 expiry      milliseconds since 1970 at which it is due
///   u64 write       which SET wrote it: a number that no other has (see Flights)
///   u32 n, n bytes  identity, if flag 4: what the key is a hash of
///   …   payload     Codec<T>::encode
struct Envelope {
  std::string_view identity;
  std::string_view payload;
  std::uint64_t write = 0;
};

std::string seal(const Envelope& envelope, std::chrono::milliseconds cost,
                 std::chrono::system_clock::time_point expiry);

/// The views point into `bytes`. Nothing if they are no envelope, or one of a kind that this version can't read.
std::optional<Envelope> unseal(std::string_view bytes) noexcept;

}  // namespace vitals::detail
