#include "tool/load/variable_reader.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

#include <fmt/core.h>

#include "core/text/printable.hpp"

namespace vitals::tool {
namespace {

using detail::in_single_quotes;

constexpr std::string_view kKinds =
    "{integer: 1..100}, {choice: [a, b]}, {date: 2024-01-01..2024-12-31}, {id: 12}, {id: uuid}, {counter: 1} or {env: "
    "NAME}";

struct DateTime {
  std::int64_t seconds;
  bool has_time;
};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "2024-10-25" or "2024-10-25T10:00:00".
std::optional<DateTime> moment_of(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%Y-%m-%d", &parts);
  const bool has_time = end && *end == 'T';
  if (has_time) end = ::strptime(end, "T%H:%M:%S", &parts);
  if (!end || *end != '\0') return std::nullopt;
  const auto day = parts.tm_mday;
  const auto seconds = ::timegm(&parts);
  if (parts.tm_mday != day) return std::nullopt;  // there is no February 30
  return DateTime{seconds, has_time};
}

}  // namespace

void VariableReader::declare(const YamlValue& map) {
  for (const auto& [key, value] : yaml_.pairs(map, "'variables'", "{client: {integer: 1..100}}")) {
    if (!is_name(*key)) continue;
    LoadVariable variable;
    variable.name = key->scalar;
    variable.choices = {""};
    read(*value, variable);
    add(std::move(variable));
  }
}

std::optional<std::size_t> VariableReader::extracted(const YamlValue& name) {
  if (!is_name(name)) return std::nullopt;
  if (const auto known = find(name.scalar)) {
    if (variables_[*known].source == LoadVariable::Source::Answer) return known;
    yaml_.add(name, fmt::format("{} stands under 'variables' too; give one of them another name",
                                in_single_quotes(name.scalar)));
    return std::nullopt;
  }
  LoadVariable variable;
  variable.name = name.scalar;
  variable.source = LoadVariable::Source::Answer;
  add(std::move(variable));
  return variables_.size() - 1;
}

std::optional<std::size_t> VariableReader::find(std::string_view name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional{found->second};
}

void VariableReader::add(LoadVariable variable) {
  places_.emplace(variable.name, variables_.size());
  variables_.push_back(std::move(variable));
}

bool VariableReader::is_name(const YamlValue& key) {
  if (std::ranges::all_of(key.scalar, is_letter_or_digit)) return true;
  yaml_.add(key, fmt::format("{} is no name of a variable; write it with letters, digits and _",
                             in_single_quotes(key.scalar)));
  return false;
}

void VariableReader::read(const YamlValue& value, LoadVariable& variable) {
  if (value.kind == YamlValue::Kind::Scalar) {
    variable.choices = {value.scalar};
    return;
  }
  if (value.kind != YamlValue::Kind::Map) {
    yaml_.add(value, fmt::format("{} must be a text, or one of {}", in_single_quotes(variable.name), kKinds));
    return;
  }
  const auto keys = yaml_.entries(value, "a variable", {"integer", "choice", "date", "format", "id", "counter", "env"});
  const auto kinds = keys.size() - keys.count("format");
  if (kinds != 1) {
    if (kinds > 1 || value.items.empty() || keys.contains("format"))
      yaml_.add(value, fmt::format("{} must be one of {}", in_single_quotes(variable.name), kKinds));
    return;
  }
  if (keys.contains("format") && !keys.contains("date"))
    yaml_.add(*keys.at("format"), "'format' belongs to 'date'; leave it out");
  const auto* format = keys.contains("format") ? keys.at("format") : nullptr;
  for (const auto& [key, of] : keys) {
    if (key == "integer") read_range(*of, variable);
    if (key == "choice") read_choice(*of, variable);
    if (key == "date") read_dates(*of, format, variable);
    if (key == "id") read_id(*of, variable);
    if (key == "env") read_environment(*of, variable);
    if (key != "counter") continue;
    variable.source = LoadVariable::Source::Counter;
    variable.least = yaml_.integer(*of, "counter", 0, std::int64_t{1} << 53).value_or(0);
  }
}

void VariableReader::read_range(const YamlValue& value, LoadVariable& variable) {
  variable.source = LoadVariable::Source::Integer;
  const auto* text = yaml_.scalar(value, "integer", "a range such as 1..100");
  if (!text) return;
  const auto [from, to] = split_range(*text);
  const auto least = whole_number(from);
  const auto most = whole_number(to);
  if (!least || !most || *least > *most) {
    yaml_.add(value, fmt::format("{} is no range; 'integer' takes two whole numbers, the smaller one first, such as "
                                 "1..100",
                                 in_single_quotes(*text)));
    return;
  }
  variable.least = *least;
  variable.most = *most;
}

void VariableReader::read_choice(const YamlValue& value, LoadVariable& variable) {
  variable.source = LoadVariable::Source::Choice;
  const auto* items = yaml_.list(value, "choice", "[open, closed]");
  if (!items) return;
  variable.choices.clear();
  for (const auto& item : *items) {
    if (item.kind == YamlValue::Kind::List || item.kind == YamlValue::Kind::Map)
      yaml_.add(item, "a choice must be one value; quote it if it is a text");
    variable.choices.push_back(item.scalar);
  }
}

void VariableReader::read_dates(const YamlValue& value, const YamlValue* format, LoadVariable& variable) {
  variable.source = LoadVariable::Source::Date;
  const auto* text = yaml_.scalar(value, "date", "a range such as 2024-01-01..2024-12-31");
  if (!text) return;
  const auto [from, to] = split_range(*text);
  const auto least = moment_of(std::string{from});
  const auto most = moment_of(std::string{to});
  if (!least || !most || least->seconds > most->seconds) {
    yaml_.add(value, fmt::format("{} is no range of dates; 'date' takes two, the earlier one first, such as "
                                 "2024-01-01..2024-12-31 or 2024-10-25T08:00:00..2024-10-25T17:00:00",
                                 in_single_quotes(*text)));
    return;
  }
  variable.least = least->seconds;
  variable.most = most->seconds;
  variable.format = least->has_time || most->has_time ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d";
  if (!format) return;
  const auto* given = yaml_.scalar(*format, "format", "strftime's, such as '%d.%m.%Y'");
  if (given) variable.format = *given;
  if (given && given->size() > 64) yaml_.add(*format, "'format' has more than 64 bytes; shorten it");
}

void VariableReader::read_id(const YamlValue& value, LoadVariable& variable) {
  variable.source = LoadVariable::Source::Uuid;
  if (value.kind == YamlValue::Kind::Scalar && value.scalar == "uuid") return;
  variable.source = LoadVariable::Source::Id;
  const auto digits = whole_number(value.scalar);
  if (digits && *digits >= 1 && *digits <= 256) {
    variable.most = *digits;
  } else {
    yaml_.add(value, fmt::format("{} is none; 'id' takes uuid, or how many hexadecimal digits it has, from 1 to 256",
                                 in_single_quotes(value.scalar)));
  }
}

void VariableReader::read_environment(const YamlValue& value, LoadVariable& variable) {
  const auto* name = yaml_.scalar(value, "env", "the name of a variable of the environment");
  if (!name) return;
  const char* text = std::getenv(name->c_str());
  if (!text) {
    yaml_.add(value, fmt::format("the environment has no {}; export it", in_single_quotes(*name)));
  } else {
    variable.choices = {text};
  }
}

}  // namespace vitals::tool
