#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// A number of an exposition as decimal digits, the same for 1, 1.0 and 10e-1. As doubles, the nanoseconds of today
/// would be the same too. `value` is what the text is as a double, used where the exponent would make it long.
[[nodiscard]] std::string exact_time(std::string_view text, double value);

/// Of two that exact_time() made.
[[nodiscard]] bool is_before(std::string_view a, std::string_view b) noexcept;

}  // namespace vitals::detail
