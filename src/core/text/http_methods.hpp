#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vitals::detail {

// RFC 9110 section 9 and RFC 5789; the last stands for every other method.
inline constexpr std::array<std::string_view, 10> kMethods{"GET",   "HEAD",    "POST",    "PUT",   "DELETE",
                                                           "PATCH", "OPTIONS", "CONNECT", "TRACE", "_OTHER"};
inline constexpr std::uint8_t kOtherMethod = kMethods.size() - 1;

}  // namespace vitals::detail
