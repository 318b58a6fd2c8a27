#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "core/text/http_methods.hpp"

namespace vitals::detail {

// Of one that is not GET.
[[nodiscard]] constexpr std::uint8_t other_method_index(std::string_view method) noexcept {
  // By length, so that what is compared has a length that the compiler knows: a comparison is one instruction or two.
  const auto is = [method](auto i) {
    constexpr std::string_view kName = kMethods[i];
    for (std::size_t at = 0; at < kName.size(); ++at) {
      if (method[at] != kName[at]) return false;
    }
    return true;
  };
  const auto first_of = [&is](auto... i) {
    std::uint8_t found = kOtherMethod;
    static_cast<void>(((is(i) ? (found = i, true) : false) || ...));
    return found;
  };
  using std::integral_constant;
  switch (method.size()) {
    case 3:
      return first_of(integral_constant<std::uint8_t, 3>{});
    case 4:
      return first_of(integral_constant<std::uint8_t, 2>{}, integral_constant<std::uint8_t, 1>{});
    case 5:
      return first_of(integral_constant<std::uint8_t, 5>{}, integral_constant<std::uint8_t, 8>{});
    case 6:
      return first_of(integral_constant<std::uint8_t, 4>{});
    case 7:
      return first_of(integral_constant<std::uint8_t, 6>{}, integral_constant<std::uint8_t, 7>{});
    default:
      return kOtherMethod;
  }
}

/// The index of a method in kMethods. Case-sensitive, as methods are.
[[nodiscard]] constexpr std::uint8_t method_index(std::string_view method) noexcept {
  const bool is_get = method.size() == 3 && __builtin_memcmp(method.data(), "GET", 3) == 0;
  return is_get ? 0 : other_method_index(method);
}

}  // namespace vitals::detail
