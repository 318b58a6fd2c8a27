#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitals::detail {

// RFC 9110 section 9 and RFC 5789; the last stands for every other method.
inline constexpr std::array<std::string_view, 10> kMethods{"GET",   "HEAD",    "POST",    "PUT",   "DELETE",
                                                           "PATCH", "OPTIONS", "CONNECT", "TRACE", "_OTHER"};
inline constexpr std::uint8_t kOtherMethod = kMethods.size() - 1;

/// The index of a method in kMethods. Case-sensitive, as methods are.
[[nodiscard]] constexpr std::uint8_t method_index(std::string_view method) noexcept {
  for (std::uint8_t i = 0; i < kOtherMethod; ++i) {
    if (method == kMethods[i]) return i;
  }
  return kOtherMethod;
}

}  // namespace vitals::detail
