#include "core/text/units.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"

namespace vitals::detail {

namespace {

using Unit = std::pair<std::string_view, std::string_view>;  // what is written, its base unit

// promlint's table: https://github.com/prometheus/client_golang/tree/main/prometheus/testutil/promlint
constexpr std::array kUnits = {
    Unit{"amperes", "amperes"}, Unit{"bytes", "bytes"},     Unit{"celsius", "celsius"}, Unit{"grams", "grams"},
    Unit{"joules", "joules"},   Unit{"kelvin", "kelvin"},   Unit{"meters", "meters"},   Unit{"metres", "metres"},
    Unit{"seconds", "seconds"}, Unit{"volts", "volts"},     Unit{"minutes", "seconds"}, Unit{"hours", "seconds"},
    Unit{"days", "seconds"},    Unit{"weeks", "seconds"},   Unit{"kelvins", "kelvin"},  Unit{"fahrenheit", "celsius"},
    Unit{"rankine", "celsius"}, Unit{"inches", "meters"},   Unit{"yards", "meters"},    Unit{"miles", "meters"},
    Unit{"bits", "bytes"},      Unit{"calories", "joules"}, Unit{"pounds", "grams"},    Unit{"ounces", "grams"}};

constexpr std::array<std::string_view, 20> kPrefixes = {"pico",  "nano", "micro", "milli", "centi", "deci", "deca",
                                                        "hecto", "kilo", "kibi",  "mega",  "mibi",  "mebi", "giga",
                                                        "gibi",  "tera", "tebi",  "peta",  "pebi",  "exa"};

constexpr std::array<Unit, 14> kAbbreviations = {
    Unit{"s", "seconds"}, Unit{"ms", "seconds"}, Unit{"us", "seconds"}, Unit{"ns", "seconds"}, Unit{"sec", "seconds"},
    Unit{"b", "bytes"},   Unit{"kb", "bytes"},   Unit{"mb", "bytes"},   Unit{"gb", "bytes"},   Unit{"tb", "bytes"},
    Unit{"pb", "bytes"},  Unit{"m", "meters"},   Unit{"h", "seconds"},  Unit{"d", "seconds"}};

std::string_view base_in(std::span<const Unit> units, std::string_view word) noexcept {
  const auto found = std::ranges::find(units, word, &Unit::first);
  return found == units.end() ? std::string_view{} : found->second;
}

}  // namespace

std::string_view base_unit(std::string_view word) noexcept {
  if (const auto base = base_in(kUnits, word); !base.empty()) return base;
  for (const auto prefix : kPrefixes) {
    if (!word.starts_with(prefix)) continue;
    if (const auto base = base_in(kUnits, word.substr(prefix.size())); !base.empty()) return base;
  }
  return {};
}

std::string_view unit_of_abbreviation(std::string_view word) noexcept { return base_in(kAbbreviations, word); }

bool ends_in_unit(std::string_view name, std::string_view unit) noexcept {
  return name.size() > unit.size() && name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_';
}

bool is_unit_of(std::string_view unit, std::string_view name, MetricType type) noexcept {
  const auto is_allowed = [](char c) { return is_legacy_char(c, false, NameKind::Label); };
  return !unit.empty() && std::ranges::all_of(unit, is_allowed) && name.size() > unit.size() + 1 &&
         ends_in_unit(name, unit) && may_have_unit(type);
}

}  // namespace vitals::detail
