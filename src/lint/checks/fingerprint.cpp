#include "lint/checks/fingerprint.hpp"

#include <exception>
#include <random>

#undef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace vitals::detail {

namespace {

std::uint64_t process_seed() noexcept {
  static const std::uint64_t seed = [] {
    std::uint64_t value = 0;
    try {
      std::random_device random;
      value = (std::uint64_t{random()} << 32) | random();
    } catch (const std::exception&) {
      value = reinterpret_cast<std::uintptr_t>(&process_seed);  // where the program was loaded: better than nothing
    }
    return value;
  }();
  return seed;
}

}  // namespace

Fingerprint fingerprint(std::string_view text) noexcept {
  const auto hash = XXH3_128bits_withSeed(text.data(), text.size(), process_seed());
  return {hash.low64, hash.high64};
}

void append_for_fingerprint(std::string& out, std::string_view part) {
  const auto size = part.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size).append(part);
}

}  // namespace vitals::detail
