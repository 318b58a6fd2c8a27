#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// The words of the exit statuses.
constexpr std::array<std::string_view, 4> kStates{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

// What follows a bar is performance data.
std::string without_bars(std::string text) {
  std::ranges::replace(text, '|', '/');
  return text;
}

std::string_view unit_of(Unit unit) {
  switch (unit) {
    case Unit::Seconds:
      return "s";
    case Unit::Bytes:
      return "B";
    case Unit::Ratio:
      return "%";
    case Unit::PerSecond:
    case Unit::Number:
      break;
  }
  return "";
}

// Digits, a point, a sign: there is no exponent in the format. Percent of ratios.
std::string number(double value, Unit unit) {
  auto text = fmt::format("{:.9f}", unit == Unit::Ratio ? value * 100 : value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// "0.15": alert above it; "100:": alert below it.
std::string range(double threshold, const Target& target) {
  return number(threshold, target.bound_unit) + (target.below ? "" : ":");
}

std::string performance(const Row& row) {
  const auto& target = *row.target;
  std::string label = "'";
  for (const char c : printable(target.name, target.name.size())) {
    if (c == '=') continue;  // ends a label, quoted or not
    label += c == '\'' ? "''" : std::string(1, c);
  }
  return fmt::format("{}'={}{};{};{}", label, number(*row.value, target.bound_unit), unit_of(target.bound_unit),
                     range(target.bound.value, target),
                     target.critical ? range(target.critical->value, target) : std::string{});
}

}  // namespace

std::string to_nagios(const Judgement& judgement, int status) {
  const auto& rows = judgement.rows;
  std::string out =
      fmt::format("VITALS {} - {}", kStates.at(static_cast<std::size_t>(status)), without_bars(summary(judgement)));
  std::string_view separator = " | ";
  for (const auto& row : rows) {
    if (!row.value || !std::isfinite(*row.value)) continue;
    out += separator;
    out += performance(row);
    separator = " ";
  }
  out += '\n';
  for (const auto& row : rows) {
    if (row.verdict == Verdict::Ok || row.verdict == Verdict::Skipped) continue;
    out +=
        without_bars(fmt::format("{}: {}: {}\n", name(row.verdict), printable(row.target->name, 200), sentence(row)));
  }
  for (const auto& remark : remarks(judgement)) out += without_bars(printable(remark, 1000)) + '\n';
  for (const auto& list : judgement.lists) {
    for (const auto& line : lines(list)) out += without_bars(line) + '\n';
  }
  return out;
}

}  // namespace vitals::tool
