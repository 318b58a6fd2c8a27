#include "tool/text/units.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

constexpr double kKibi = 1024;

// In which unit a value is shown, and with how many decimal places at least.
struct Shown {
  double factor;
  std::string_view unit;
  int decimals;
};

constexpr int kMostDecimals = 17;
// From here on a double may have no digit behind its point, and the last before it are invented.
constexpr double kManyDigits = 1e15;
// Below this a number is mostly zeros.
constexpr double kManyZeros = 1e-9;

int decimals_of(double value, int significant_digits) {
  const int magnitude = value != 0 ? static_cast<int>(std::floor(std::log10(std::fabs(value)))) : 0;
  return std::clamp(significant_digits - 1 - magnitude, 0, kMostDecimals);
}

int decimals_of_percent(double percent) {
  if (percent <= 0 || percent == 100) return 0;
  const double from_edge = percent < 100 ? std::min(percent, 100 - percent) : percent;
  return std::clamp(1 - static_cast<int>(std::floor(std::log10(from_edge))), 2, 12);
}

Shown shown(double value, Unit unit) {
  const auto with_three_digits = [&](double factor, std::string_view name) {
    return Shown{factor, name, decimals_of(value * factor, 3)};
  };
  const double size = std::fabs(value);
  switch (unit) {
    case Unit::Seconds:
      return size < 1 ? with_three_digits(1e3, " ms") : with_three_digits(1, " s");
    case Unit::Bytes:
      if (size < kKibi) return {1, " B", value == std::floor(value) ? 0 : 1};
      if (size < kKibi * kKibi) return with_three_digits(1 / kKibi, " KiB");
      if (size < kKibi * kKibi * kKibi) return with_three_digits(1 / kKibi / kKibi, " MiB");
      return with_three_digits(1 / kKibi / kKibi / kKibi, " GiB");
    case Unit::Ratio:
      return {100, " %", decimals_of_percent(value * 100)};
    case Unit::PerSecond:
      return with_three_digits(1, " /s");
    case Unit::Number:
      break;
  }
  return {1, "", value == std::floor(value) ? 0 : decimals_of(value, 3)};
}

int side_of(double value, double threshold) { return value < threshold ? -1 : value > threshold ? 1 : 0; }

// Whether the text stands where the value does: 150 of 150.4 would stand on the threshold 150.
bool on_its_side(const std::string& text, double value, double factor, double threshold) {
  return side_of(std::strtod(text.c_str(), nullptr), threshold * factor) == side_of(value * factor, threshold * factor);
}

}  // namespace

std::string window_text(double seconds) {
  constexpr double kHour = 3600;
  if (seconds < 2 * kHour) return fmt::format("{:.1f} s", seconds);
  const bool in_days = seconds >= 2 * kDay;
  const double number = seconds / (in_days ? kDay : kHour);
  return fmt::format("{:.{}f} {}", number, number == std::floor(number) ? 0 : 1, in_days ? "d" : "h");
}

double seconds_option(const char* option, const std::string& text, double longest) {
  try {
    const auto quantity = parse_quantity(text);
    if (quantity.unit == Unit::Seconds && quantity.value > 0 && quantity.value <= longest) return quantity.value;
  } catch (const std::invalid_argument&) {
    // Reported below, together with a wrong unit.
  }
  throw std::invalid_argument(fmt::format("{} is '{}'; it must be a time of at most {}, such as 30s or 2m", option,
                                          text, longest > kDay ? fmt::format("{:.0f}d", longest / kDay) : "24h"));
}

std::string format_value(double value, Unit unit, std::span<const double> thresholds) {
  constexpr int kFewestDigits = 6;
  const auto how = shown(value, unit);
  const double size = std::fabs(value * how.factor);
  const bool is_extreme = size >= kManyDigits || (size > 0 && size < kManyZeros);
  std::string number;
  for (int decimals = how.decimals; decimals <= kMostDecimals; ++decimals) {
    number = is_extreme ? fmt::format("{:.{}g}", value * how.factor, std::max(decimals, kFewestDigits))
                        : fmt::format("{:.{}f}", value * how.factor, decimals);
    if (std::all_of(thresholds.begin(), thresholds.end(),
                    [&](double threshold) { return on_its_side(number, value, how.factor, threshold); })) {
      break;
    }
  }
  return number + std::string{how.unit};
}

std::string format_seconds(double seconds) { return format_value(seconds, Unit::Seconds); }

std::string format_count(double count) {
  return count < kManyDigits ? fmt::format("{:.0f}", count) : fmt::format("{:g}", count);
}

std::string format_shares(double low, double high) {
  const int decimals = std::max(decimals_of_percent(low * 100), decimals_of_percent(high * 100));
  const double scale = std::pow(10, decimals);
  const auto text = [&](double share, double rounded) {
    return share == 0 ? std::string{"0"} : share == 1 ? "100" : fmt::format("{:.{}f}", rounded / scale, decimals);
  };
  return fmt::format("{}..{} %", text(low, std::floor(low * 100 * scale)), text(high, std::ceil(high * 100 * scale)));
}

std::string format_share(double share, double wanted) {
  if (share == 1) return "100 %";
  constexpr int kFewest = 2;
  constexpr int kMost = 12;
  std::string number;
  for (int decimals = kFewest; decimals <= kMost; ++decimals) {
    const double scale = std::pow(10, decimals);
    number = fmt::format("{:.{}f}", std::floor(share * 100 * scale) / scale, decimals);
    const bool looks_enough = std::strtod(number.c_str(), nullptr) >= wanted * 100;
    if (looks_enough == (share >= wanted)) break;
  }
  return number + " %";
}

}  // namespace vitals::tool
