#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// With ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// `name` without `suffix`, if it ends so and something is left.
[[nodiscard]] std::string_view without_suffix(std::string_view name, std::string_view suffix) noexcept;

}  // namespace vitals::detail
