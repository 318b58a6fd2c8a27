#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Stands for a text in tables: 128 bits under a seed of this process, so that nobody can make two texts collide.
struct Fingerprint {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  friend auto operator<=>(const Fingerprint&, const Fingerprint&) = default;
};

struct FingerprintHash {
  std::size_t operator()(const Fingerprint& f) const noexcept { return static_cast<std::size_t>(f.low); }
};

[[nodiscard]] Fingerprint fingerprint(std::string_view text) noexcept;

/// Appends a part to a text that will be fingerprinted, so that ("a", "bc") and ("ab", "c") differ.
void append_for_fingerprint(std::string& out, std::string_view part);

}  // namespace vitals::detail
