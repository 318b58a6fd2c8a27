#include "core/text/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <system_error>

namespace vitals::detail {

namespace {

struct Suffix {
  std::string_view text;
  Unit unit;
  int exponent;                  // power of ten
  double factor = 1;             // a minute, an hour and a KiB are no power of ten
  std::int64_t nanoseconds = 0;  // of a unit of time
};

constexpr double kKibi = 1024;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

// Times from the smallest to the largest.
constexpr std::array kSuffixes{Suffix{"us", Unit::Seconds, -6, 1, 1000},
                               Suffix{"ms", Unit::Seconds, -3, 1, 1'000'000},
                               Suffix{"s", Unit::Seconds, 0, 1, kSecond},
                               Suffix{"m", Unit::Seconds, 0, 60, 60 * kSecond},
                               Suffix{"h", Unit::Seconds, 0, 3600, 3600 * kSecond},
                               Suffix{"d", Unit::Seconds, 0, 86'400, kDay},
                               Suffix{"B", Unit::Bytes, 0},
                               Suffix{"kB", Unit::Bytes, 3},
                               Suffix{"MB", Unit::Bytes, 6},
                               Suffix{"GB", Unit::Bytes, 9},
                               Suffix{"KiB", Unit::Bytes, 0, kKibi},
                               Suffix{"MiB", Unit::Bytes, 0, kKibi* kKibi},
                               Suffix{"GiB", Unit::Bytes, 0, kKibi* kKibi* kKibi},
                               Suffix{"%", Unit::Ratio, -2},
                               Suffix{"/s", Unit::PerSecond, 0},
                               Suffix{"", Unit::Number, 0}};

// Digits with at most one point, without sign and exponent. In this form an exponent that is appended moves the point
// exactly.
bool is_plain_decimal(std::string_view number) {
  return !number.empty() && number.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(number.begin(), number.end(), '.') <= 1 && number != ".";
}

// number * unit, digit by digit, if that is a whole number of nanoseconds that has room.
std::optional<std::chrono::nanoseconds> exact_time(std::string_view number, std::int64_t unit) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::int64_t whole = 0;
  std::size_t at = 0;
  for (; at < number.size() && number[at] != '.'; ++at) {
    const int digit = number[at] - '0';
    if (whole > (kMost / unit - digit) / 10) return std::nullopt;
    whole = 10 * whole + digit;
  }
  std::int64_t total = whole * unit;
  for (++at; at < number.size(); ++at) {
    const int digit = number[at] - '0';
    if (digit == 0 && unit % 10 != 0) continue;  // a last zero
    if (digit != 0 && unit % 10 != 0) return std::nullopt;
    unit /= 10;
    if (total > kMost - digit * unit) return std::nullopt;
    total += digit * unit;
  }
  return std::chrono::nanoseconds{total};
}

// The shortest decimal that is read as this double, its point moved to the right by `shift`; no exponent.
std::string shifted_text(double value, int shift) {
  std::array<char, 40> buffer{};
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view text{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  const auto e = text.find('e');
  int exponent = 0;
  const auto* from = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(from, end, exponent);
  std::string digits{text.substr(0, 1)};
  if (e > 2) digits += text.substr(2, e - 2);
  const int point = 1 + exponent + shift;  // how many digits stand before it
  if (point <= 0) return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  const auto before = static_cast<std::size_t>(point);
  if (before >= digits.size()) return digits + std::string(before - digits.size(), '0');
  return digits.substr(0, before) + '.' + digits.substr(before);
}

}  // namespace

QuantityError::QuantityError(std::string_view text, const std::string& broken_rule)
    : std::invalid_argument('\'' + std::string{text} + "' " + broken_rule +
                            "; write a number and its unit: 50ms, 1.5s, 2m, 64KiB, 0.1% or 100/s"),
      rule{broken_rule} {}

Quantity parse_quantity(std::string_view text) {
  const auto unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = text.substr(0, unit_at);
  auto unit = text.substr(unit_at);
  if (unit.size() > 1 && unit.front() == ' ') unit.remove_prefix(1);
  if (!is_plain_decimal(number)) throw QuantityError(text, "is not a positive decimal number with a unit");
  const auto suffix = std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& s) { return s.text == unit; });
  if (suffix == kSuffixes.end()) throw QuantityError(text, "has the unknown unit '" + std::string{unit} + "'");

  const std::string shifted = std::string{number} + 'e' + std::to_string(suffix->exponent);
  double value = 0;
  const auto [end, error] = std::from_chars(shifted.data(), shifted.data() + shifted.size(), value);
  if (error != std::errc{} || end != shifted.data() + shifted.size()) throw QuantityError(text, "is out of range");
  Quantity result{value * suffix->factor, suffix->unit};
  if (suffix->unit == Unit::Seconds) result.time = exact_time(number, suffix->nanoseconds);
  return result;
}

std::string time_text(std::chrono::nanoseconds time) {
  const auto n = time.count();
  for (auto suffix = kSuffixes.rbegin(); suffix != kSuffixes.rend(); ++suffix) {
    if (suffix->unit == Unit::Seconds && n > 0 && n % suffix->nanoseconds == 0)
      return std::to_string(n / suffix->nanoseconds) + std::string{suffix->text};
  }
  if (n == 0) return "0s";
  constexpr std::int64_t kThousand = 1000;
  auto decimals = std::to_string(kThousand + n % kThousand).substr(1);
  decimals.erase(decimals.find_last_not_of('0') + 1);
  return std::to_string(n / kThousand) + '.' + decimals + "us";
}

std::string percent_text(double ratio) { return shifted_text(ratio, 2) + '%'; }

std::string rate_text(double per_second) { return decimal_text(per_second) + "/s"; }

std::string decimal_text(double number) { return shifted_text(number, 0); }

double rounded(double number, int digits) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::general, digits).ptr;
  std::from_chars(text.data(), end, number);
  return number;
}

}  // namespace vitals::detail
