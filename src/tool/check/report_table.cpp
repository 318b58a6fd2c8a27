#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
#include "tool/check/report.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kColumns = 8;
constexpr std::size_t kVerdict = 4;
using Cells = std::array<std::string, kColumns>;

constexpr std::string_view kAlign = "<>>><>><";

std::string_view colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return "\x1b[32m";
    case Verdict::Warning:
      return "\x1b[33m";
    case Verdict::Critical:
      return "\x1b[1;31m";
    case Verdict::Unknown:
      return "\x1b[35m";
    case Verdict::Skipped:
      break;
  }
  return "\x1b[2m";
}

std::string value_cell(const Row& row) {
  if (!row.value) return "- ";
  const auto& target = *row.target;
  std::vector<double> thresholds;
  // A percentile above the last finite bucket is not the number that is shown, but more.
  if (!row.value_is_floor) thresholds.push_back(target.bound.value);
  if (!row.value_is_floor && target.critical) thresholds.push_back(target.critical->value);
  return (row.value_is_floor ? "> " : "") + format_value(*row.value, target.bound_unit, thresholds) +
         (row.value_interpolated ? "~" : " ");
}

std::string within_cell(const Row& row) { return row.within ? format_share(*row.within, row.target->quantile) : "-"; }

std::string samples_cell(const Row& row) {
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

Cells cells(const Row& row) {
  const auto& target = *row.target;
  const auto critical = [&] { return (target.below ? "> " : "< ") + target.critical->text; };
  return {printable(target.name),
          value_cell(row),
          (target.below ? "<= " : ">= ") + target.bound.text,
          target.critical ? critical() : "-",
          std::string(name(row.verdict)) + (row.interpolated ? "~" : ""),
          samples_cell(row),
          within_cell(row),
          notes(row)};
}

std::string line(const Cells& cells, const std::array<std::size_t, kColumns>& widths, std::string_view colour) {
  std::string out;
  for (std::size_t i = 0; i < kColumns; ++i) {
    const bool left = kAlign[i] == '<';
    auto cell = left ? fmt::format("{:<{}}", cells[i], widths[i]) : fmt::format("{:>{}}", cells[i], widths[i]);
    if (i == kVerdict && !colour.empty()) cell = fmt::format("{}{}\x1b[0m", colour, cell);
    out += (i == 0 ? "" : "  ") + cell;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + '\n';
}

std::string summary(const std::vector<Row>& rows) {
  const auto verdict = worst(rows);
  const auto count = [&](Verdict one) {
    return std::count_if(rows.begin(), rows.end(), [&](const Row& row) { return row.verdict == one; });
  };
  if (rows.empty()) return fmt::format("{}: nothing was judged", name(verdict));
  std::string out = fmt::format("{}:", name(verdict));
  std::string_view separator = " ";
  for (const auto one : {Verdict::Critical, Verdict::Unknown, Verdict::Warning, Verdict::Ok, Verdict::Skipped}) {
    if (count(one) == 0) continue;
    out += fmt::format("{}{} {}", separator, count(one), name(one));
    separator = ", ";
  }
  return out;
}

// What the marks mean, and what speaks for less trust in the rows.
std::string remarks(const Judgement& judgement) {
  const auto& rows = judgement.rows;
  const auto any = [&](bool Row::*mark) {
    return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.*mark; });
  };
  std::string out;
  if (any(&Row::value_interpolated))
    out += "~ value: interpolated between the bounds of its bucket; the verdict doesn't rest on it, but on counts\n";
  if (any(&Row::interpolated))
    out += "~ verdict: estimated from that value, as the threshold is no bucket bound; add it as one\n";
  if (judgement.process.kind == Continuity::Kind::Unproven) out += fmt::format("note: {}\n", judgement.process.reason);
  std::set<std::string_view> missing;
  for (const auto* target : judgement.left_out) missing.insert(target->metric);
  if (!missing.empty()) out += fmt::format("not judged, as the service doesn't have it: {}\n", joined(missing, ", "));
  if (rows.empty()) out += "say what else is to be judged in a targets file, --config\n";
  return out.empty() ? out : '\n' + out;
}

}  // namespace

std::string to_table(const Source& source, const Judgement& judgement, bool colour) {
  const auto& rows = judgement.rows;
  std::vector<Cells> table{{"name", "value ", "target", "critical", "verdict", "samples", "within", "notes"}};
  for (const auto& row : rows) table.push_back(cells(row));
  std::array<std::size_t, kColumns> widths{};
  for (const auto& one : table) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], one[i].size());
  }
  const auto window = source.seconds ? fmt::format(" over {:.1f} s", *source.seconds) : std::string{};
  const auto targets = source.targets.empty() ? "built-in targets" : "targets " + source.targets;
  std::string out = fmt::format("{}{}, {}\n\n", source.metrics, window, targets);
  out += line(table[0], widths, "");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += line(table[i + 1], widths, colour ? colour_of(rows[i].verdict) : std::string_view{});
  }
  out += remarks(judgement);
  const auto verdict = summary(rows);
  return out +
         (colour ? fmt::format("\n{}{}\x1b[0m\n", colour_of(worst(rows)), verdict) : fmt::format("\n{}\n", verdict));
}

}  // namespace vitals::tool
