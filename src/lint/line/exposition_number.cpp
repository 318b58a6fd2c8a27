#include "lint/line/exposition_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace vitals::detail {

namespace {

// Whether a number out of the range of doubles is too near to 0, rather than too far from it.
bool is_tiny(std::string_view number) noexcept {
  const auto e = std::min(number.find_first_of("eE"), number.size());
  const auto mantissa = number.substr(0, e);
  auto exponent = number.substr(std::min(e + 1, number.size()));
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t power = 0;
  if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec == std::errc::result_out_of_range)
    return exponent.starts_with('-');
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  return power < static_cast<std::int64_t>(mantissa.find_first_of("123456789")) - point;
}

}  // namespace

std::optional<double> parse_exposition_number(std::string_view text) noexcept {
  auto digits = text;
  const bool sign = digits.starts_with('+') || digits.starts_with('-');
  if (digits.starts_with('+')) digits.remove_prefix(1);
  // from_chars also reads "nan(1)", "-nan", and a second sign after the '+' taken above.
  const auto first = text.substr(sign ? 1 : 0);
  if (first.starts_with('-') || digits.ends_with(')') || (sign && (first.starts_with('n') || first.starts_with('N'))))
    return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  // Go reads 0 where a number is nearer to 0 than any double.
  if (error == std::errc::result_out_of_range && is_tiny(digits))
    number = digits.starts_with('-') ? -0.0 : 0.0;
  else if (error != std::errc{})
    return std::nullopt;
  if (end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

long double exact_exposition_number(std::string_view text, double value) noexcept {
  if (text.starts_with('+')) text.remove_prefix(1);
  long double number = value;  // from_chars leaves it alone where the number is out of range
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace vitals::detail
