#include "tool/check/deciding_row.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// How far beyond its target a row is, to choose among rows with the same verdict.
double badness(const Row& row) {
  if (!row.value) return 0;
  const double value = *row.value;
  return row.target->below ? value : -value;
}

}  // namespace

void set_too_few(Row& row, double needed) {
  row.verdict = row.target->skip_few ? Verdict::Skipped : Verdict::Unknown;
  row.note = row.samples == 0 ? "nothing happened in the window"
                              : fmt::format("{} of {} samples needed", format_count(row.samples), format_count(needed));
}

Row deciding_row(const std::vector<Row>& rows, std::string_view why) {
  auto row = *std::ranges::max_element(rows, {}, [](const Row& one) { return std::pair(one.verdict, badness(one)); });
  const auto skipped = std::ranges::count(rows, Verdict::Skipped, &Row::verdict);
  if (skipped > 0 && row.verdict != Verdict::Skipped)
    add_note(row, fmt::format("{} of {} {}", skipped, rows.size(), why));
  return row;
}

void add_note(Row& row, std::string_view note) {
  if (!row.note.empty()) row.note += "; ";
  row.note += note;
}

}  // namespace vitals::tool
