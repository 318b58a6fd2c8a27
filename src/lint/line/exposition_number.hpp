#pragma once

#include <optional>
#include <string_view>

namespace vitals::detail {

/// The number that a text of both formats is: no hexadecimal, no underscores, no "nan(1)". Empty: it is none.
[[nodiscard]] std::optional<double> parse_exposition_number(std::string_view text) noexcept;

/// The same number more precisely: a double can't hold the nanoseconds of a time of today. REQUIRES:
/// parse_exposition_number() made `value` of the text; it is the result for numbers out of range.
[[nodiscard]] long double exact_exposition_number(std::string_view text, double value) noexcept;

}  // namespace vitals::detail
