#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace vitals::detail {

/// memcpy without a call, for texts of a few dozen bytes: moves that may overlap, so that few branches depend on the
/// length. Returns the end.
inline char* copy_text(char* out, std::string_view text) noexcept {
  const char* from = text.data();
  const std::size_t n = text.size();
  if (n > 256) [[unlikely]] {
    std::memcpy(out, from, n);
  } else if (n >= 16) {
    for (std::size_t i = 0; i + 16 < n; i += 16) std::memcpy(out + i, from + i, 16);
    std::memcpy(out + n - 16, from + n - 16, 16);
  } else if (n >= 8) {
    std::memcpy(out, from, 8);
    std::memcpy(out + n - 8, from + n - 8, 8);
  } else if (n >= 4) {
    std::memcpy(out, from, 4);
    std::memcpy(out + n - 4, from + n - 4, 4);
  } else if (n > 0) {
    out[0] = from[0];
    out[n / 2] = from[n / 2];
    out[n - 1] = from[n - 1];
  }
  return out + n;
}

}  // namespace vitals::detail
