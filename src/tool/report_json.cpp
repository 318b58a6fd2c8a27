#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "tool/report.hpp"
#include "tool/utf8.hpp"

namespace vitals::tool {
namespace {

std::string text(std::string_view raw) {
  std::string out = "\"";
  for (const char c : is_utf8(raw) ? std::string(raw) : printable(raw, raw.size())) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string number(std::optional<double> value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "null";
}

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::kSeconds:
      return "seconds";
    case Unit::kRatio:
      return "ratio";
    case Unit::kPerSecond:
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
      text(target.name), text(target.metric), text(row.group), unit_name(target.unit()), number(row.value),
      row.value_is_floor, target.below ? "below" : "above", number(target.bound.value), number(critical),
      name(row.verdict), exact, row.samples, number(row.within), text(note));
}

}  // namespace

std::string to_json(const Source& source, const std::vector<Row>& rows) {
  const auto verdict = worst(rows);
  std::string out =
      fmt::format("{{\"source\": {}, \"targets_file\": {}, \"window_seconds\": {}, \"verdict\": \"{}\", \"targets\": [",
                  text(source.metrics), text(source.targets), number(source.seconds), name(verdict));
  std::string_view separator = "\n  ";
  for (const auto& row : rows) {
    out += separator;
    out += object(row);
    separator = ",\n  ";
  }
  return out + "\n]}\n";
}

}  // namespace vitals::tool
