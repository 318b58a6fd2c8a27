#pragma once
#include <span>
#include <string>

#include "core/text/quantity.hpp"

namespace vitals::tool {

using detail::parse_quantity;
using detail::Quantity;
using detail::Unit;

inline constexpr double kDay = 24.0 * 3600;

/// The value of an option that takes a time, in seconds: above 0, at most `longest`, whole days. Throws
/// std::invalid_argument.
double seconds_option(const char* option, const std::string& text, double longest = kDay);

/// A time of many seconds for people: "285.0 s", "6.2 h", "30 d".
std::string window_text(double seconds);

/// A value for people: "3.21 ms", "64.0 KiB", "99.97 %", "812 /s". Never rounds 99.9996 % to 100 %, nor 0.0004 % to 0.
/// It has as many digits as it takes to stand on the same side of each of `thresholds` as the value does: a value that
/// misses a threshold never looks as if it met it.
std::string format_value(double value, Unit unit, std::span<const double> thresholds = {});
/// format_value() of a time.
std::string format_seconds(double seconds);

/// A number of events for people: all of its digits, as long as a double has them.
std::string format_count(double count);

/// A share of all for people, rounded down: 99.999 % of the requests is not all of them, and never looks as if it
/// reached `wanted` when it doesn't, nor the reverse.
std::string format_share(double share, double wanted);

/// Between which shares another one lies, rounded outwards: "99.60..99.86 %".
std::string format_shares(double low, double high);

}  // namespace vitals::tool
