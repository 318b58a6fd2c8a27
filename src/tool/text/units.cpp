#include "tool/text/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

struct Suffix {
  std::string_view text;
  Unit unit;
  int exponent;   // power of ten
  double factor;  // a minute and an hour are no power of ten
};

constexpr std::array kSuffixes{Suffix{"us", Unit::Seconds, -6, 1},  Suffix{"ms", Unit::Seconds, -3, 1},
                               Suffix{"s", Unit::Seconds, 0, 1},    Suffix{"m", Unit::Seconds, 0, 60},
                               Suffix{"h", Unit::Seconds, 0, 3600}, Suffix{"%", Unit::Ratio, -2, 1},
                               Suffix{"/s", Unit::PerSecond, 0, 1}};

[[noreturn]] void fail(std::string_view text, std::string_view why) {
  throw std::invalid_argument(
      fmt::format("'{}' {}; write a number and its unit: 50ms, 1.5s, 2m, 0.1% or 100/s", text, why));
}

// Digits with at most one point, without sign and exponent. In this form an exponent that is appended moves the point
// exactly.
bool is_plain_decimal(std::string_view number) {
  return !number.empty() && number.find_first_not_of("0123456789.") == number.npos &&
         std::count(number.begin(), number.end(), '.') <= 1 && number != ".";
}

std::string significant(double value, int digits) {
  const int magnitude = value > 0 ? static_cast<int>(std::floor(std::log10(value))) : 0;
  return fmt::format("{:.{}f}", value, std::max(0, digits - 1 - magnitude));
}

std::string format_percent(double percent) {
  if (percent <= 0 || percent == 100) return fmt::format("{:.0f} %", percent);
  const double from_edge = percent < 100 ? std::min(percent, 100 - percent) : percent;
  const int magnitude = static_cast<int>(std::floor(std::log10(from_edge)));
  return fmt::format("{:.{}f} %", percent, std::clamp(1 - magnitude, 2, 12));
}

}  // namespace

Quantity parse_quantity(std::string_view text) {
  const auto unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = text.substr(0, unit_at);
  auto unit = text.substr(unit_at);
  if (unit.size() > 1 && unit.front() == ' ') unit.remove_prefix(1);
  if (!is_plain_decimal(number)) fail(text, "is not a positive decimal number with a unit");
  if (unit.empty()) fail(text, "has no unit");
  const auto suffix = std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& s) { return s.text == unit; });
  if (suffix == kSuffixes.end()) fail(text, fmt::format("has the unknown unit '{}'", unit));

  const std::string shifted = fmt::format("{}e{}", number, suffix->exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (error != std::errc{} || end != shifted.data() + shifted.size()) fail(text, "is out of range");
  return {value * suffix->factor, suffix->unit};
}

double seconds_option(const char* option, const std::string& text) {
  constexpr double kLongest = 24 * 3600;
  try {
    const auto quantity = parse_quantity(text);
    if (quantity.unit == Unit::Seconds && quantity.value > 0 && quantity.value <= kLongest) return quantity.value;
  } catch (const std::invalid_argument&) {
    // Reported below, together with a wrong unit.
  }
  throw std::invalid_argument(
      fmt::format("{} is '{}'; it must be a time of at most 24h, such as 30s or 2m", option, text));
}

std::string format_value(double value, Unit unit) {
  switch (unit) {
    case Unit::Seconds:
      return value < 1 ? significant(value * 1e3, 3) + " ms" : significant(value, 3) + " s";
    case Unit::Ratio:
      return format_percent(value * 100);
    case Unit::PerSecond:
      return significant(value, 3) + " /s";
  }
  return {};
}

}  // namespace vitals::tool
