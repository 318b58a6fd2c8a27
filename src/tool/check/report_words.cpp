#include "tool/check/report_words.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {

std::string heading(const Source& source) {
  const auto window = source.seconds ? fmt::format(" over {:.1f} s", *source.seconds) : std::string{};
  const auto targets = source.targets.empty() ? "built-in targets" : "targets " + source.targets;
  return fmt::format("{}{}, {}", source.metrics, window, targets);
}

std::string value_text(const Row& row) {
  if (!row.value) return "-";
  const auto& target = *row.target;
  std::vector<double> thresholds;
  // A percentile above the last finite bucket is not the number that is shown, but more.
  if (!row.value_is_floor) thresholds.push_back(target.bound.value);
  if (!row.value_is_floor && target.critical) thresholds.push_back(target.critical->value);
  return (row.value_is_floor     ? "> "
          : row.value_is_ceiling ? "<= "
                                 : "") +
         format_value(*row.value, target.bound_unit, thresholds);
}

std::string target_text(const Target& target) { return (target.below ? "<= " : ">= ") + target.bound.text; }

std::string critical_text(const Target& target) {
  return target.critical ? (target.below ? "> " : "< ") + target.critical->text : "-";
}

std::string within_text(const Row& row) { return row.within ? format_share(*row.within, row.target->quantile) : "-"; }

std::string samples_text(const Row& row) {
  return row.target->measure == Measure::Gauge ? "-" : format_count(row.samples);
}

std::string notes(const Row& row) {
  std::string text = printable(row.group);
  for (const auto* note : {&row.note, &row.target->note}) {
    if (note->empty()) continue;
    if (!text.empty()) text += "; ";
    text += printable(*note, 200);
  }
  return text;
}

std::string sentence(const Row& row) {
  const auto& target = *row.target;
  std::string text = fmt::format("{}, target {}", row.value ? value_text(row) : "no value", target_text(target));
  if (target.critical) text += ", critical " + critical_text(target);
  if (target.measure != Measure::Gauge) text += fmt::format(", {} samples", samples_text(row));
  if (row.interpolated) text += ", estimated";
  if (const auto all = notes(row); !all.empty()) text += ": " + all;
  return text;
}

std::string nothing_judged(const Judgement& judgement) {
  const auto& failure = judgement.failure;
  return failure.empty() ? "nothing was judged" : printable(failure, failure.size());
}

std::string summary(const Judgement& judgement) {
  const auto& rows = judgement.rows;
  const auto verdict = worst(rows);
  const auto count = [&](Verdict one) {
    return std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.verdict == one; });
  };
  if (rows.empty()) return fmt::format("{}: {}", name(verdict), nothing_judged(judgement));
  std::string out = fmt::format("{}:", name(verdict));
  std::string_view separator = " ";
  for (const auto one : {Verdict::Critical, Verdict::Unknown, Verdict::Warning, Verdict::Ok, Verdict::Skipped}) {
    if (count(one) == 0) continue;
    out += fmt::format("{}{} {}", separator, count(one), name(one));
    separator = ", ";
  }
  return out;
}

std::vector<std::string> remarks(const Judgement& judgement) {
  if (!judgement.failure.empty()) return {};
  const auto& rows = judgement.rows;
  const auto any = [&](bool Row::*mark) { return std::ranges::any_of(rows, mark); };
  std::vector<std::string> out;
  if (any(&Row::value_interpolated))
    out.emplace_back(
        "~ value: interpolated between the bounds of its bucket; the verdict doesn't rest on it, but on counts");
  if (any(&Row::interpolated))
    out.emplace_back("~ verdict: estimated from that value, as the threshold is no bucket bound; add it as one");
  if (judgement.process.kind == Continuity::Kind::Unproven && !judgement.process.reason.empty())
    out.push_back("note: " + judgement.process.reason);
  std::set<std::string_view> missing;
  for (const auto* target : judgement.left_out) missing.insert(target->metric);
  if (!missing.empty())
    out.push_back(fmt::format("not judged, as the service doesn't have it: {}", joined(missing, ", ")));
  out.insert(out.end(), judgement.remarks.begin(), judgement.remarks.end());
  if (rows.empty()) out.emplace_back("say what else is to be judged in a targets file, --config");
  return out;
}

}  // namespace vitals::tool
