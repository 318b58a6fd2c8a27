// Labels of a line, also those of its exemplar.
#include <utility>

#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"
#include "lint/line/exposition_line.hpp"

namespace vitals::detail {

bool ExpositionLineParser::labels(std::vector<LineLabel>& out, bool name_within) {
  if (!blanks()) return false;
  if (take('}')) return true;
  while (true) {
    if (!label(out, name_within) || !blanks()) return false;
    if (take('}')) return true;
    const auto comma = column();
    if (!take(',')) return expected("syntax", "',' or '}'");
    if (!blanks()) return false;
    if (at('}') && open_metrics()) return fail(comma, "syntax", "OpenMetrics has no comma after the last label");
    if (take('}')) return true;
    name_within = false;
  }
}

bool ExpositionLineParser::label(std::vector<LineLabel>& out, bool name_within) {
  LineLabel label{{}, {}, column(), 0};
  if (at('"') && format_ != LintFormat::Text) {
    line_.quoted_name = true;
    if (!quoted_text("a label name", label.name) || !blanks()) return false;
    if (name_within && !at('=')) {
      line_.name = label.name;
      line_.name_column = label.column;
      return true;
    }
    if (label.name.empty()) return fail(label.column, "invalid-label-name", "a label name is empty; give it one");
  } else {
    label.name = bare_name(false);
    if (label.name.empty()) return expected(at('"') ? "quoted-name" : "invalid-label-name", "a label name or '}'");
  }
  if (!blanks()) return false;
  if (!take('=')) {
    const bool odd_name = !rest_.empty() && std::string_view{":.-/"}.find(rest_.front()) != std::string_view::npos;
    return expected(odd_name ? "invalid-label-name" : "syntax", "'='");
  }
  if (!blanks()) return false;
  label.value_column = column();
  if (!quoted_text("a label value", label.value)) return false;
  out.push_back(label);
  return true;
}

bool ExpositionLineParser::quoted_text(std::string_view what, std::string_view& out) {
  const auto start = column();
  const auto noun = std::string{what.substr(2)};
  if (!take('"')) return expected("syntax", std::string{what} + " in double quotes");
  std::size_t n = 0;
  bool escaped = false;
  for (; n < rest_.size() && rest_[n] != '"'; ++n) {
    if (rest_[n] != '\\') continue;
    escaped = true;
    ++n;
  }
  if (n >= rest_.size()) return fail(start, "unterminated-string", noun + " without its closing quote");
  const auto raw = cut(n);
  take('"');
  if (const auto bad = first_not_utf8(raw); bad != raw.npos)
    return fail(start + 1 + bad, "invalid-utf8", noun + " is not valid UTF-8");
  if (const auto i = raw.find('\r'); i != raw.npos)
    line_.odd.push_back({start + 1 + i, "carriage-return", noun + " contains a raw carriage return; leave it out"});
  out = raw;
  return !escaped || unescape(raw, start + 1, out);
}

bool ExpositionLineParser::unescape(std::string_view raw, std::size_t column, std::string_view& out) {
  auto& text = unescaped_.emplace_back();
  text.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      text += raw[i];
      continue;
    }
    const char c = raw[++i];
    if (c != '\\' && c != '"' && c != 'n') {
      auto message = "unknown escape in '" + printable(raw, kExcerpt) + "'";
      if (!open_metrics()) return fail(column + i - 1, "invalid-escape", std::move(message));
      line_.odd.push_back({column + i - 1, "invalid-escape", message + "; write \\\\, \\\" or \\n"});
      text += '\\';
    }
    text += c == 'n' ? '\n' : c;
  }
  out = text;
  return true;
}

bool ExpositionLineParser::exemplar() {
  const auto start = column();
  if (!take('#')) return expected("syntax", "'#' and an exemplar, or the end of the line");
  if (!gap()) return false;
  if (!take('{')) return expected("syntax", "the exemplar's labels in braces");
  auto& out = line_.exemplar.emplace();
  out.column = start;
  if (!labels(out.labels, false) || !gap() || !value(out.value)) return false;
  if (rest_.empty()) return true;
  if (!gap() || !timestamp(out.timestamp)) return false;
  return rest_.empty() || expected("syntax", "the end of the line");
}

}  // namespace vitals::detail
