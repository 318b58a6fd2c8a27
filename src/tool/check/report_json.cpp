#include <cmath>
#include <string_view>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/text/json_text.hpp"

namespace vitals::tool {
namespace {

std::string number(std::optional<double> value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "null";
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::Seconds:
      return "seconds";
    case Unit::Ratio:
      return "ratio";
    case Unit::PerSecond:
      break;
  }
  return "per_second";
}

std::string object(const Row& row) {
  const auto& target = *row.target;
  std::string note = row.note;
  if (!note.empty() && !target.note.empty()) note += "; ";
  note += target.note;
  std::optional<double> critical;
  if (target.critical) critical = target.critical->value;
  const std::string_view exact = !row.value ? "null" : row.interpolated ? "false" : "true";
  return fmt::format(
      "{{\"name\": {}, \"metric\": {}, \"group\": {}, \"unit\": \"{}\", \"value\": {}, \"value_is_floor\": {}, "
      "\"direction\": \"{}\", \"target\": {}, \"critical\": {}, \"verdict\": \"{}\", \"exact\": {}, \"samples\": "
      "{:.0f}, "
      "\"within\": {}, \"note\": {}}}",
      json_text(target.name), json_text(target.metric), json_text(row.group), unit_name(target.unit()),
      number(row.value), row.value_is_floor, target.below ? "below" : "above", number(target.bound.value),
      number(critical), name(row.verdict), exact, row.samples, number(row.within), json_text(note));
}

}  // namespace

std::string to_json(const Source& source, const std::vector<Row>& rows) {
  const auto verdict = worst(rows);
  std::string out =
      fmt::format("{{\"source\": {}, \"targets_file\": {}, \"window_seconds\": {}, \"verdict\": \"{}\", \"targets\": [",
                  json_text(source.metrics), json_text(source.targets), number(source.seconds), name(verdict));
  std::string_view separator = "\n  ";
  for (const auto& row : rows) {
    out += separator;
    out += object(row);
    separator = ",\n  ";
  }
  return out + "\n]}\n";
}

}  // namespace vitals::tool
