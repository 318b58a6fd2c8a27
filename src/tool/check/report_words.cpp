#include "tool/check/report_words.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include <fmt/core.h>

#include "core/levels/objective_name.hpp"
#include "tool/check/joined.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {

std::string heading(const Source& source) {
  const auto window = source.seconds ? " over " + window_text(*source.seconds) : std::string{};
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

std::string interval_text(const Row& row) {
  const bool is_quantile = row.target->measure == Measure::Quantile;
  const auto& interval = is_quantile ? row.within_interval : row.value_interval;
  return interval ? format_shares(interval->low, interval->high) : "-";
}

std::string change_text(const Row& row) {
  if (!row.change) return "-";
  if (row.target->measure == Measure::Ratio)
    return fmt::format("{:+.2f} points", (*row.value - row.change->baseline) * 100);
  return std::isfinite(row.change->relative) ? fmt::format("{:+.1f} %", row.change->relative * 100) : "from 0";
}

std::string measure_name(const Target& target) {
  switch (target.measure) {
    case Measure::Quantile:
      return detail::percentile_name(target.quantile);
    case Measure::Ratio:
      return "ratio";
    case Measure::Rate:
      return "rate";
    case Measure::Mean:
      return "mean";
    case Measure::Gauge:
      break;
  }
  return "gauge";
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
  if (const auto interval = interval_text(row); interval != "-")
    text += fmt::format(", 95 % interval{} {}", row.within_interval ? " of those within" : "", interval);
  if (row.change) text += fmt::format(", {} from the baseline", change_text(row));
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
  if (std::ranges::any_of(rows, [](const Row& row) { return is_proven(row) == false; }))
    out.emplace_back("95 % interval: where it holds the target, more samples could turn the verdict");
  using Kind = Continuity::Kind;
  const bool is_told = judgement.process.kind == Kind::Unproven || judgement.process.kind == Kind::Summed;
  if (is_told && !judgement.process.reason.empty()) out.push_back("note: " + judgement.process.reason);
  out.insert(out.end(), judgement.not_compared.begin(), judgement.not_compared.end());
  std::set<std::string_view> missing;
  for (const auto* target : judgement.left_out) missing.insert(target->metric);
  if (!missing.empty())
    out.push_back(fmt::format("not judged, as the service doesn't have it: {}", joined(missing, ", ")));
  out.insert(out.end(), judgement.remarks.begin(), judgement.remarks.end());
  if (rows.empty()) out.emplace_back("say what else is to be judged in a targets file, --config");
  return out;
}

}  // namespace vitals::tool
