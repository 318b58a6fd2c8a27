#include "lint/text/exact_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace vitals::detail {

namespace {

constexpr int kMaxShift = 400;  // digits that an exponent may add

std::string digits_of(double value) {
  std::array<char, 400> fixed{};  // room for every double
  const auto [end, error] = std::to_chars(fixed.data(), fixed.data() + fixed.size(), value, std::chars_format::fixed);
  return error == std::errc{} ? std::string{fixed.data(), end} : std::string{};
}

// Moves the point, to the right if places > 0.
std::string shifted(std::string_view digits, int places) {
  const std::size_t point = std::min(digits.find('.'), digits.size());
  std::string all{digits.substr(0, point)};
  if (point < digits.size()) all += digits.substr(point + 1);
  std::ptrdiff_t at = static_cast<std::ptrdiff_t>(point) + places;
  if (at < 0) all.insert(0, static_cast<std::size_t>(-at), '0'), at = 0;
  if (static_cast<std::size_t>(at) > all.size()) all.append(static_cast<std::size_t>(at) - all.size(), '0');
  return all.insert(static_cast<std::size_t>(at), 1, '.');
}

}  // namespace

std::string exact_time(std::string_view text, double value) {
  const bool negative = text.starts_with('-');
  text.remove_prefix(std::min(text.find_first_not_of("+-"), text.size()));
  std::string digits{text};
  if (const auto e = text.find_first_of("eE"); e != text.npos) {
    std::string_view exponent = text.substr(e + 1);
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    int places = 0;
    const auto error = std::from_chars(exponent.data(), exponent.data() + exponent.size(), places).ec;
    const bool is_short = error == std::errc{} && places >= -kMaxShift && places <= kMaxShift;
    digits = is_short ? shifted(text.substr(0, e), places) : digits_of(negative ? -value : value);
  }
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.find('.') != digits.npos) digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return negative && !digits.empty() ? '-' + digits : digits;
}

bool is_before(std::string_view a, std::string_view b) noexcept {
  if (a.starts_with('-') != b.starts_with('-')) return a.starts_with('-');
  if (a.starts_with('-')) return is_before(b.substr(1), a.substr(1));
  const std::size_t whole_a = std::min(a.find('.'), a.size());
  const std::size_t whole_b = std::min(b.find('.'), b.size());
  return whole_a != whole_b ? whole_a < whole_b : a < b;
}

}  // namespace vitals::detail
