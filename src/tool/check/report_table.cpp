#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string_view>

#include <fmt/core.h>

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
  if (!row.value) return "-";
  return (row.value_is_floor ? "> " : "") + format_value(*row.value, row.target->unit());
}

// Rounded down: 99.999 % of the requests is not all of them.
std::string within_cell(const Row& row) {
  if (!row.within) return "-";
  return *row.within == 1 ? "100 %" : fmt::format("{:.2f} %", std::floor(*row.within * 1e4) / 1e2);
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
          value_cell(row) + (row.interpolated ? "~" : " "),
          (target.below ? "<= " : ">= ") + target.bound.text,
          target.critical ? critical() : "-",
          std::string(name(row.verdict)),
          fmt::format("{:.0f}", row.samples),
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
  std::string out = fmt::format("{}:", name(verdict));
  std::string_view separator = " ";
  for (const auto one : {Verdict::Critical, Verdict::Unknown, Verdict::Warning, Verdict::Ok, Verdict::Skipped}) {
    if (count(one) == 0) continue;
    out += fmt::format("{}{} {}", separator, count(one), name(one));
    separator = ", ";
  }
  return out;
}

}  // namespace

std::string to_table(const Source& source, const std::vector<Row>& rows, bool colour) {
  std::vector<Cells> table{{"name", "value ", "target", "critical", "verdict", "samples", "within", "notes"}};
  for (const auto& row : rows) table.push_back(cells(row));
  std::array<std::size_t, kColumns> widths{};
  for (const auto& one : table) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], one[i].size());
  }
  const auto window = source.seconds ? fmt::format(" over {:.1f} s", *source.seconds) : std::string{};
  std::string out = fmt::format("{}{}, targets {}\n\n", source.metrics, window, source.targets);
  out += line(table[0], widths, "");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += line(table[i + 1], widths, colour ? colour_of(rows[i].verdict) : std::string_view{});
  }
  if (std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.interpolated; })) {
    out += "\n~ estimated: the threshold is no bucket bound of the histogram; add it as one for an exact verdict\n";
  }
  const auto verdict = summary(rows);
  return out +
         (colour ? fmt::format("\n{}{}\x1b[0m\n", colour_of(worst(rows)), verdict) : fmt::format("\n{}\n", verdict));
}

}  // namespace vitals::tool
