#pragma once
#include <string>
#include <string_view>

namespace vitals::tool {

enum class Unit { Seconds, Ratio, PerSecond };

struct Quantity {
  double value;  ///< in seconds, as a ratio (1% is 0.01) or per second
  Unit unit;
};

/// Reads "50ms", "0.1%" or "100/s". A number without a unit is an error: 50 could be anything.
/// The decimal point is moved in the text, so "150ms" is the very double that a server prints as le="0.15".
/// Throws std::invalid_argument naming the rule and the fix.
Quantity parse_quantity(std::string_view text);

/// The value of an option that takes a time, in seconds: above 0, at most a day. Throws std::invalid_argument.
double seconds_option(const char* option, const std::string& text);

/// A value for people: "3.21 ms", "99.97 %", "812 /s". Never rounds 99.9996 % to 100 %, nor 0.0004 % to 0.
std::string format_value(double value, Unit unit);

}  // namespace vitals::tool
