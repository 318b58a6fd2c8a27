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
  // Those of each length, so that one or two comparisons do.
  constexpr std::uint8_t kByLength[8][3] = {{kOtherMethod, kOtherMethod, kOtherMethod},
                                            {kOtherMethod, kOtherMethod, kOtherMethod},
                                            {kOtherMethod, kOtherMethod, kOtherMethod},
                                            {0, 3, kOtherMethod},
                                            {2, 1, kOtherMethod},
                                            {5, 8, kOtherMethod},
                                            {4, kOtherMethod, kOtherMethod},
                                            {6, 7, kOtherMethod}};
  if (method.size() >= std::size(kByLength)) return kOtherMethod;
  for (const std::uint8_t i : kByLength[method.size()]) {
    if (i == kOtherMethod || method == kMethods[i]) return i;
  }
  return kOtherMethod;
}

}  // namespace vitals::detail
