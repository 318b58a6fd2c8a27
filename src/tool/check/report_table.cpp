#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kColumns = 10;
constexpr std::size_t kVerdict = 4;
constexpr std::size_t kChange = 8;  // there where there is a baseline
using Cells = std::array<std::string, kColumns>;

constexpr std::string_view kAlign = "<>>><>>>><";

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

Cells cells(const Row& row) {
  const auto& target = *row.target;
  return {printable(target.name),
          value_text(row) + (row.value_interpolated ? "~" : " "),
          target_text(target),
          critical_text(target),
          std::string(name(row.verdict)) + (row.interpolated ? "~" : ""),
          samples_text(row),
          within_text(row),
          interval_text(row),
          change_text(row),
          notes(row)};
}

// A column without a width is left out.
std::string line(const Cells& cells, const std::array<std::size_t, kColumns>& widths, std::string_view colour) {
  std::string out;
  for (std::size_t i = 0; i < kColumns; ++i) {
    if (widths[i] == 0) continue;
    const bool left = kAlign[i] == '<';
    auto cell = left ? fmt::format("{:<{}}", cells[i], widths[i]) : fmt::format("{:>{}}", cells[i], widths[i]);
    if (i == kVerdict && !colour.empty()) cell = fmt::format("{}{}\x1b[0m", colour, cell);
    out += (i == 0 ? "" : "  ") + cell;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out + '\n';
}

}  // namespace

std::string to_table(const Source& source, const Judgement& judgement, bool colour) {
  const auto& rows = judgement.rows;
  std::vector<Cells> table{
      {"name", "value ", "target", "critical", "verdict", "samples", "within", "95 % interval", "change", "notes"}};
  for (const auto& row : rows) table.push_back(cells(row));
  std::array<std::size_t, kColumns> widths{};
  for (const auto& one : table) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], one[i].size());
  }
  if (!judgement.has_baseline) widths[kChange] = 0;
  std::string out = heading(source) + '\n';
  if (!rows.empty()) out += '\n' + line(table[0], widths, "");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    out += line(table[i + 1], widths, colour ? colour_of(rows[i].verdict) : std::string_view{});
  }
  std::string_view blank = "\n";
  for (const auto& remark : remarks(judgement)) {
    out += fmt::format("{}{}\n", blank, remark);
    blank = {};
  }
  for (const auto& list : judgement.lists) {
    out += '\n';
    for (const auto& line : lines(list)) out += line + '\n';
  }
  const auto verdict = summary(judgement);
  return out +
         (colour ? fmt::format("\n{}{}\x1b[0m\n", colour_of(worst(rows)), verdict) : fmt::format("\n{}\n", verdict));
}

}  // namespace vitals::tool
