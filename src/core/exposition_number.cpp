#include <charconv>

#include "core/exposition_line.hpp"

namespace vitals::detail {

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
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

}  // namespace vitals::detail
