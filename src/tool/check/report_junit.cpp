#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// In an attribute or an element. XML 1.0 has no way to write control characters, U+FFFE and U+FFFF.
std::string xml_text(std::string_view raw) {
  std::string text = printable(raw, raw.size());
  for (const auto* none : {"\xef\xbf\xbe", "\xef\xbf\xbf"}) {
    for (auto at = text.find(none); at != text.npos; at = text.find(none)) text.replace(at, 3, "?");
  }
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

enum class Outcome { Passed, Failed, Error, Skipped };

Outcome outcome(Verdict verdict, bool forgives_warnings) {
  switch (verdict) {
    case Verdict::Critical:
      return Outcome::Failed;
    case Verdict::Warning:
      return forgives_warnings ? Outcome::Passed : Outcome::Failed;
    case Verdict::Unknown:
      return Outcome::Error;
    case Verdict::Skipped:
      return Outcome::Skipped;
    case Verdict::Ok:
      break;
  }
  return Outcome::Passed;
}

std::string test_case(const Row& row, Outcome outcome) {
  const auto message = xml_text(sentence(row));
  const auto verdict = name(row.verdict);
  std::string out =
      fmt::format("    <testcase classname=\"vitals.check\" name=\"{}\">\n      ", xml_text(row.target->name));
  switch (outcome) {
    case Outcome::Failed:
      out += fmt::format("<failure type=\"{}\" message=\"{}\"/>", verdict, message);
      break;
    case Outcome::Error:
      out += fmt::format("<error type=\"{}\" message=\"{}\"/>", verdict, message);
      break;
    case Outcome::Skipped:
      out += fmt::format("<skipped message=\"{}\"/>", message);
      break;
    case Outcome::Passed:
      out += fmt::format("<system-out>{}: {}</system-out>", verdict, message);
  }
  return out + "\n    </testcase>\n";
}

}  // namespace

std::string to_junit(const Source& source, const Judgement& judgement, bool forgives_warnings) {
  const auto& rows = judgement.rows;
  const auto of = [&](const Row& row) { return outcome(row.verdict, forgives_warnings); };
  const auto count = [&](Outcome one) { return std::ranges::count(rows, one, of); };
  // A check that judged nothing has shown nothing.
  const bool is_empty = rows.empty();
  const auto totals =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", rows.size() + (is_empty ? 1 : 0),
                  count(Outcome::Failed), count(Outcome::Error) + (is_empty ? 1 : 0), count(Outcome::Skipped));
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n  <testsuite name=\"vitals check\" {0} "
      "time=\"{1}\">\n",
      totals, source.seconds.value_or(0));
  for (const auto& row : rows) out += test_case(row, of(row));
  if (is_empty)
    out += fmt::format("    <testcase classname=\"vitals.check\" name=\"targets\"><error message=\"{}\"/></testcase>\n",
                       xml_text(nothing_judged(judgement)));
  out += "    <system-out>" + xml_text(heading(source)) + '\n';
  for (const auto& remark : remarks(judgement)) out += xml_text(remark) + '\n';
  for (const auto& list : judgement.lists) {
    for (const auto& line : lines(list)) out += xml_text(line) + '\n';
  }
  return out + xml_text(summary(judgement)) + "</system-out>\n  </testsuite>\n</testsuites>\n";
}

}  // namespace vitals::tool
