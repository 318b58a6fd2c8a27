#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "core/lint/declaration.hpp"
#include "core/lint/lint_report.hpp"
#include "core/text/ascii.hpp"

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

std::string_view find(std::span<const Unit> units, std::string_view token) {
  const auto found = std::find_if(units.begin(), units.end(), [&](const Unit& unit) { return unit.first == token; });
  return found == units.end() ? std::string_view{} : found->second;
}

// Empty if the token is no unit.
std::string_view base_unit(std::string_view token) {
  if (const auto base = find(kUnits, token); !base.empty()) return base;
  for (const auto prefix : kPrefixes) {
    if (!token.starts_with(prefix)) continue;
    if (const auto base = find(kUnits, token.substr(prefix.size())); !base.empty()) return base;
  }
  return {};
}

}  // namespace

void lint_units(const LintDeclaration& declared, const LintEmit& emit) {
  const auto warn = [&](std::string_view rule, std::string message) {
    emit(LintProblem::Severity::Warning, rule, std::move(message));
  };
  const auto name = lower_case(declared.name);
  std::set<std::string_view> told;  // the same word again is no other problem
  bool share = false;
  bool time = false;
  for (std::size_t start = 0, end = 0; start < name.size(); start = end + 1) {
    end = std::min(name.find('_', start), name.size());
    const auto token = std::string_view{name}.substr(start, end - start);
    const auto base = base_unit(token);
    const auto word = start > 0 ? find(kAbbreviations, token) : std::string_view{};
    share = share || token == "percent" || token == "percentage" || token == "pct";
    time = time || token == "timestamp";
    if ((base == token && word.empty()) || (base.empty() && word.empty()) || !told.insert(token).second) continue;
    if (word.empty())
      warn("base-unit", "use the base unit \"" + std::string{base} + "\" instead of " + in_quotes(token));
    else
      warn("unit-abbreviation",
           in_quotes(token) + " abbreviates a unit; write it out, in base units such as \"" + std::string{word} + '"');
  }
  if (share) warn("ratio-not-percent", "a share is a ratio from 0 to 1; end the name in \"_ratio\"");
  if (time && declared.type == MetricType::Gauge && !declared.name.ends_with("_timestamp_seconds"))
    warn("timestamp-name", "a gauge that holds a time must end in \"_timestamp_seconds\", in seconds since 1970");
}

}  // namespace vitals::detail
