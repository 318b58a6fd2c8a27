#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vitals::detail {

enum class Unit { Seconds, Bytes, Ratio, PerSecond, Number };

struct Quantity {
  double value;  ///< in seconds, bytes, as a ratio (1% is 0.01), per second or as it is
  Unit unit;
  std::optional<std::chrono::nanoseconds> time = {};  ///< a time that is a whole number of them, of at most 292 years
};

/// The text is no quantity; what() is the text, the rule and the fix.
struct QuantityError : std::invalid_argument {
  QuantityError(std::string_view text, const std::string& broken_rule);

  std::string rule;  ///< alone: "is out of range"
};

/// Reads "50ms", "64KiB", "0.1%", "100/s" or a plain number: whether that is enough is for the caller to say.
/// The decimal point is moved in the text, so "150ms" is the very double that a server prints as le="0.15".
/// Throws QuantityError.
[[nodiscard]] Quantity parse_quantity(std::string_view text);

// Texts that parse_quantity() reads as the very same value. REQUIRES: finite, not negative.
[[nodiscard]] std::string time_text(
    std::chrono::nanoseconds time);  ///< in the largest unit of which it is a whole number
[[nodiscard]] std::string percent_text(double ratio);
[[nodiscard]] std::string rate_text(double per_second);
[[nodiscard]] std::string decimal_text(double number);

/// To so many significant decimal digits, at most 17: 1 - 0.07 is 0.9299999999999999, and to 15 digits 0.93.
[[nodiscard]] double rounded(double number, int digits);

}  // namespace vitals::detail
