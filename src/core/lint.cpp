#include <algorithm>

#include <vitals/lint.hpp>

#include "core/exposition_line.hpp"
#include "core/lint_formats.hpp"
#include "core/names.hpp"

namespace vitals {

namespace {

std::string lower(std::string_view text) {
  std::string out{text.substr(0, 1000)};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  out.erase(std::remove_if(out.begin(), out.end(), [](char c) { return c == ' ' || c == '\t' || c == '"'; }),
            out.end());
  return out;
}

// A varint of at most 32 bits; removed from body.
std::optional<std::size_t> take_varint(std::string_view& body) {
  std::size_t value = 0;
  for (unsigned shift = 0; shift < 35 && !body.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(body.front());
    body.remove_prefix(1);
    value |= std::size_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Length, field 1, and a name that a metric can have.
bool begins_as_protobuf(std::string_view body) {
  const auto size = take_varint(body);
  if (!size || !body.starts_with('\n')) return false;
  body.remove_prefix(1);
  const auto name = take_varint(body);
  return name && *name > 0 && *name <= *size && *name <= body.size() &&
         detail::valid_metric_name(body.substr(0, *name)) &&
         (*name == body.size() || body[*name] < ' ' || static_cast<unsigned char>(body[*name]) == '"' ||
          static_cast<unsigned char>(body[*name]) == '*');
}

// All that text 1.0.0 has and 0.0.4 has not.
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
  detail::LintReport report{options};
  if (format == LintFormat::Protobuf) {
    detail::lint_protobuf(text, report);
  } else {
    detail::lint_text(text, format, report);
  }
  return report.take();
}

std::optional<LintFormat> lint_format_of(std::string_view content_type) {
  const std::string type = lower(content_type) + ';';
  const auto has = [&](std::string_view parameter) { return type.find(parameter) != type.npos; };
  if (type.starts_with("application/openmetrics-text;")) return LintFormat::OpenMetrics;
  if (type.starts_with("application/vnd.google.protobuf;")) return LintFormat::Protobuf;
  if (!type.starts_with("text/plain;")) return std::nullopt;
  return has(";version=1.0.0;") || has(";escaping=allow-utf-8;") ? LintFormat::Text1 : LintFormat::Text;
}

LintFormat detect_lint_format(std::string_view body) {
  if (begins_as_protobuf(body)) return LintFormat::Protobuf;
  auto end = body;
  while (end.ends_with('\n') || end.ends_with('\r')) end.remove_suffix(1);
  if (end == "# EOF" || end.ends_with("\n# EOF")) return LintFormat::OpenMetrics;
  return has_quoted_name(body) ? LintFormat::Text1 : LintFormat::Text;
}

}  // namespace vitals
