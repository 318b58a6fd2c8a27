#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// The text of a C library that gives null for none.
[[nodiscard]] inline std::string_view view_of(const char* text) noexcept {
  return text != nullptr ? text : std::string_view{};
}

/// The name of a method that a library gives as one bit, the first name being that of the lowest; else `_OTHER`.
template <class... Names>
[[nodiscard]] constexpr std::string_view name_of(unsigned bit, Names... names) noexcept {
  const std::array<std::string_view, sizeof...(Names)> all{names...};
  const auto i = static_cast<std::size_t>(std::countr_zero(bit));
  return i < all.size() ? all[i] : "_OTHER";
}

}  // namespace vitals::detail
