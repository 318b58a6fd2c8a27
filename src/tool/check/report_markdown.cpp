#include <string_view>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// Text in a cell: nothing in it is markup, a link or the end of the cell or row. Numeric references, which also < and &
// are, are the one way that holds everywhere in GitHub's Markdown.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text, text.size())) {
    if (std::string_view{"\\`*_[]|<>&~@:"}.find(c) != std::string_view::npos) {
      out += fmt::format("&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view mark(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return "✅";
    case Verdict::Warning:
      return "⚠️";
    case Verdict::Critical:
      return "❌";
    case Verdict::Unknown:
      return "❓";
    case Verdict::Skipped:
      break;
  }
  return "⏭️";
}

}  // namespace

std::string to_markdown(const Source& source, const Judgement& judgement) {
  const auto& rows = judgement.rows;
  std::string out =
      fmt::format("### {} {}\n\n{}\n", mark(worst(rows)), escaped(summary(judgement)), escaped(heading(source)));
  if (!rows.empty())
    out += fmt::format(
        "\n| | target | value | must be | critical | verdict | samples | within | 95 % interval |{} notes |\n"
        "|---|---|---:|---:|---:|---|---:|---:|---:|{}---|\n",
        judgement.has_baseline ? " change |" : "", judgement.has_baseline ? "---:|" : "");
  for (const auto& row : rows) {
    const auto& target = *row.target;
    out += fmt::format(
        "| {} | {} | {}{} | {} | {} | {}{} | {} | {} | {} |{} {} |\n", mark(row.verdict), escaped(target.name),
        escaped(value_text(row)), row.value_interpolated ? "&#126;" : "", escaped(target_text(target)),
        escaped(critical_text(target)), name(row.verdict), row.interpolated ? "&#126;" : "", samples_text(row),
        escaped(within_text(row)), escaped(interval_text(row)),
        judgement.has_baseline ? fmt::format(" {} |", escaped(change_text(row))) : "", escaped(notes(row)));
  }
  std::string_view begin = "\n- ";
  for (const auto& remark : remarks(judgement)) {
    out += fmt::format("{}{}\n", begin, escaped(remark));
    begin = "- ";
  }
  for (const auto& list : judgement.lists) {
    out += fmt::format(
        "\n{}\n\n| mean | calls | total | share | shortest | longest | statement "
        "|\n|---:|---:|---:|---:|---:|---:|---|\n",
        escaped(list.title));
    for (const auto& statement : list.statements) {
      for (const auto& cell : cells(statement)) out += "| " + escaped(cell) + ' ';
      out += "|\n";
    }
  }
  return out;
}

}  // namespace vitals::tool
