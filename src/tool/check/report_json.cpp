#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
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
    case Unit::Bytes:
      return "bytes";
    case Unit::Ratio:
      return "ratio";
    case Unit::PerSecond:
      return "per_second";
    case Unit::Number:
      break;
  }
  return "number";
}

std::string object(const Row& row) {
  const auto& target = *row.target;
  std::string note = row.note;
  if (!note.empty() && !target.note.empty()) note += "; ";
  note += target.note;
  std::optional<double> critical;
  if (target.critical) critical = target.critical->value;
  const std::string_view exact = !row.value ? "null" : row.interpolated ? "false" : "true";
  const auto samples = target.measure == Measure::Gauge ? "null" : number(row.samples);
  return fmt::format(
      "{{\"name\": {}, \"metric\": {}, \"group\": {}, \"unit\": \"{}\", \"value\": {}, \"value_is_floor\": {}, "
      "\"value_interpolated\": {}, \"direction\": \"{}\", \"target\": {}, \"critical\": {}, \"verdict\": \"{}\", "
      "\"exact\": {}, \"samples\": "
      "{}, "
      "\"within\": {}, {}\"note\": {}}}",
      json_text(target.name), json_text(target.metric), json_text(row.group), unit_name(target.bound_unit),
      number(row.value), row.value_is_floor, row.value_interpolated, target.below ? "below" : "above",
      number(target.bound.value), number(critical), name(row.verdict), exact, samples, number(row.within),
      row.value_is_ceiling ? "\"value_is_ceiling\": true, " : "", json_text(note));
}

}  // namespace

std::string to_json(const Source& source, const Judgement& judgement) {
  std::string left_out;
  for (const auto* target : judgement.left_out) {
    left_out += fmt::format("{}{{\"name\": {}, \"metric\": {}}}", left_out.empty() ? "" : ", ", json_text(target->name),
                            json_text(target->metric));
  }
  std::string out = fmt::format(
      "{{\"source\": {}, \"targets_file\": {}, \"window_seconds\": {}, \"process\": \"{}\", \"process_note\": {}, "
      "\"left_out\": [{}], \"verdict\": \"{}\", \"error\": {}, \"targets\": [",
      json_text(source.metrics), json_text(source.targets.empty() ? "built-in targets" : source.targets),
      number(source.seconds), name(judgement.process.kind), json_text(judgement.process.reason), left_out,
      name(worst(judgement.rows)), judgement.failure.empty() ? "null" : json_text(judgement.failure));
  std::string_view separator = "\n  ";
  for (const auto& row : judgement.rows) {
    out += separator;
    out += object(row);
    separator = ",\n  ";
  }
  out += "\n]";
  for (const auto& list : judgement.lists) out += ", " + to_json(list);
  std::vector<std::string> remarks;
  for (const auto& remark : judgement.remarks) remarks.push_back(json_text(remark));
  if (!remarks.empty()) out += fmt::format(", \"remarks\": [{}]", joined(remarks, ", "));
  return out + "}\n";
}

}  // namespace vitals::tool
