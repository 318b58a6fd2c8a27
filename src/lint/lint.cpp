#include <algorithm>
#include <string_view>
#include <vector>

#include <vitals/lint.hpp>

#include "core/lint/lint_report.hpp"
#include "lint/line/exposition_line.hpp"
#include "lint/line/exposition_line_parser.hpp"
#include "lint/protobuf/protobuf_linter.hpp"
#include "lint/protobuf/wire_family.hpp"
#include "lint/text/text_linter.hpp"

namespace vitals {

namespace {

// Whether the first line that is neither blank nor a comment can be read.
bool begins_as_text(std::string_view body) {
  using Kind = detail::ExpositionLine::Kind;
  detail::ExpositionLineParser parser{LintFormat::Text1};
  while (!body.empty()) {
    const auto text = body.substr(0, body.find('\n'));
    const auto& line = parser.parse(text);
    if (line.fault || (line.kind != Kind::Blank && line.kind != Kind::Comment)) return !line.fault;
    body.remove_prefix(std::min(text.size() + 1, body.size()));
  }
  return false;
}

// Quoted names are all that text 1.0.0 has and 0.0.4 has not.
bool has_quoted_name(std::string_view text) {
  detail::ExpositionLineParser parser{LintFormat::Text1};
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.find('"') != line.npos && parser.parse(line).quoted_name) return true;
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return false;
}

}  // namespace

std::vector<LintProblem> lint_exposition(std::string_view text, LintFormat format, const LintOptions& options) {
  detail::LintReport report{options.ignored, options.warnings};
  if (format == LintFormat::Protobuf) {
    detail::lint_protobuf(text, report);
  } else {
    detail::lint_text(text, format, report);
  }
  return report.take();
}

LintFormat detect_lint_format(std::string_view body) {
  if (!begins_as_text(body) && detail::seems_protobuf(body)) return LintFormat::Protobuf;
  auto end = body;
  while (end.ends_with('\n') || end.ends_with('\r')) end.remove_suffix(1);
  if (end == "# EOF" || end.ends_with("\n# EOF")) return LintFormat::OpenMetrics;
  return has_quoted_name(body) ? LintFormat::Text1 : LintFormat::Text;
}

}  // namespace vitals
