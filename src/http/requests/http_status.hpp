#pragma once

#include <cstdint>

namespace vitals::detail {

inline constexpr std::int16_t kOtherStatus = -1;  // `_OTHER`

/// The status if it may be one (RFC 9110 section 15), else kOtherStatus.
[[nodiscard]] constexpr std::int16_t known_status(int status) noexcept {
  return status >= 100 && status <= 599 ? static_cast<std::int16_t>(status) : kOtherStatus;
}

}  // namespace vitals::detail
