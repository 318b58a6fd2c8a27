#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/json_text.hpp"

namespace vitals::tool {
namespace {

std::string number(std::optional<double> value) {
  return value && std::isfinite(*value) ? fmt::format("{}", *value) : "null";
}

std::optional<double> low(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->low) : std::nullopt;
}
std::optional<double> high(const std::optional<Interval>& interval) {
  return interval ? std::optional(interval->high) : std::nullopt;
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
  const auto proven = is_proven(row);
  std::optional<double> baseline;
  std::optional<double> change;
  if (row.change) baseline = row.change->baseline;
  if (row.change) change = row.change->relative;
  return fmt::format(
      "{{\"name\": {}, \"measure\": \"{}\", \"metric\": {}, \"group\": {}, \"unit\": \"{}\", \"value\": {}, "
      "\"value_is_floor\": {}, "
      "\"value_interpolated\": {}, \"direction\": \"{}\", \"target\": {}, \"critical\": {}, \"verdict\": \"{}\", "
      "\"exact\": {}, \"samples\": "
      "{}, "
      "\"within\": {}, \"value_low\": {}, \"value_high\": {}, \"within_low\": {}, \"within_high\": {}, "
      "\"proven\": {}, \"baseline\": {}, \"change\": {}, \"change_verdict\": {}, {}\"note\": {}}}",
      json_text(target.name), measure_name(target), json_text(target.metric), json_text(row.group),
      unit_name(target.bound_unit), number(row.value), row.value_is_floor, row.value_interpolated,
      target.below ? "below" : "above", number(target.bound.value), number(critical), name(row.verdict), exact, samples,
      number(row.within), number(low(row.value_interval)), number(high(row.value_interval)),
      number(low(row.within_interval)), number(high(row.within_interval)),
      proven ? (*proven ? "true" : "false") : "null", number(baseline), number(change),
      row.change ? json_text(name(row.change->verdict)) : "null",
      row.value_is_ceiling ? "\"value_is_ceiling\": true, " : "", json_text(note));
}

}  // namespace

std::string to_json(const Source& source, const Judgement& judgement) {
  std::string left_out;
  for (const auto* target : judgement.left_out) {
    left_out += fmt::format("{}{{\"name\": {}, \"metric\": {}}}", left_out.empty() ? "" : ", ", json_text(target->name),
                            json_text(target->metric));
  }
  std::string not_compared;
  for (const auto& text : judgement.not_compared) not_compared += (not_compared.empty() ? "" : ", ") + json_text(text);
  std::string out = fmt::format(
      "{{\"source\": {}, \"targets_file\": {}, \"window_seconds\": {}, \"process\": \"{}\", \"process_note\": {}, "
      "\"left_out\": [{}], \"not_compared\": [{}], \"verdict\": \"{}\", \"error\": {}, \"targets\": [",
      json_text(source.metrics), json_text(source.targets.empty() ? "built-in targets" : source.targets),
      number(source.seconds), name(judgement.process.kind), json_text(judgement.process.reason), left_out, not_compared,
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
