#pragma once

#include <optional>
#include <string_view>

namespace vitals::detail {

/// A number as both formats write it: no hexadecimal, no underscores, no "nan(1)".
[[nodiscard]] std::optional<double> parse_exposition_number(std::string_view text) noexcept;

/// The same number, as a text that parse_exposition_number() can read, more precisely: of the times of today, doubles
/// can't tell the nanoseconds. `value` is the number as a double, for those that are too large or too small.
[[nodiscard]] long double exact_exposition_number(std::string_view text, double value) noexcept;

}  // namespace vitals::detail
