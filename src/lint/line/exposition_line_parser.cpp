#include "lint/line/exposition_line_parser.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/lint/rules.hpp"
#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"
#include "lint/line/exposition_number.hpp"

namespace vitals::detail {

namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

constexpr std::size_t kExcerpt = 40;  // of a line, in a message

}  // namespace

const ExpositionLine& ExpositionLineParser::parse(std::string_view line) {
  rest_ = line;
  size_ = line.size();
  unescaped_.clear();
  line_.kind = ExpositionLine::Kind::Blank;
  line_.name = line_.text = {};
  line_.quoted_name = false;
  line_.labels.clear();
  line_.odd.clear();
  line_.timestamp.reset();
  line_.exemplar.reset();
  line_.fault.reset();
  if (line.find_first_not_of(" \t") == line.npos) return line_;
  if (line.front() != '#' && is_openmetrics()) {
    sample();
  } else if (blanks()) {
    if (take('#')) {
      comment();
    } else if (sample() && is_blank(line.front())) {
      line_.odd.push_back(
          {1, LintRule::Spacing, "Prometheus can't read a sample after a blank; begin the line with its name"});
    }
  }
  return line_;
}

bool ExpositionLineParser::comment() {
  using Kind = ExpositionLine::Kind;
  line_.kind = Kind::Comment;
  if (is_openmetrics()) {
    if (rest_ == " EOF") {
      line_.kind = Kind::Eof;
      return true;
    }
    if (!take(' ')) return true;
  } else {
    blanks();
  }
  const auto keyword = word();
  if (keyword == "HELP") return metadata(Kind::Help);
  if (keyword == "TYPE") return metadata(Kind::Type);
  if (keyword == "UNIT" && is_openmetrics()) return metadata(Kind::Unit);
  return true;
}

bool ExpositionLineParser::metadata(ExpositionLine::Kind kind) {
  using Kind = ExpositionLine::Kind;
  line_.kind = kind;
  if (!gap()) return false;
  line_.name_column = column();
  if (at('"') && format_ != LintFormat::Text) {
    line_.quoted_name = true;
    if (!quoted_text("a metric name", line_.name)) return false;
  } else {
    line_.name = bare_name(NameKind::Metric);
  }
  if (line_.name.empty() || (!rest_.empty() && !is_blank(rest_.front())))
    return expected(at('"') ? LintRule::QuotedName : LintRule::InvalidMetricName, "a metric name");
  const auto end = column();
  if (is_openmetrics()) {
    if (!take(' ')) return expected(LintRule::Syntax, "a space and the text");
  } else {
    blanks();
  }
  line_.text_column = column();
  if (kind == Kind::Type && !is_openmetrics() && line_.text_column > end + 1 && !rest_.empty())
    line_.odd.push_back(
        {end + 1, LintRule::Spacing, "Prometheus can't read a type after several blanks; write a single space"});
  line_.text = rest_;
  return true;
}

bool ExpositionLineParser::sample() {
  line_.kind = ExpositionLine::Kind::Sample;
  if (!sample_name() || !gap()) return false;
  if (!value(line_.value)) return false;
  if (!is_openmetrics()) {
    blanks();
    if (rest_.empty()) return true;
    if (at('#')) return expected(LintRule::ExemplarPlace, "a timestamp in milliseconds or the end of the line");
    return timestamp(line_.timestamp);
  }
  if (rest_.empty()) return true;
  if (!gap()) return false;
  if (!at('#')) {
    if (!timestamp(line_.timestamp)) return false;
    if (rest_.empty()) return true;
    if (!gap()) return false;
  }
  return exemplar();
}

bool ExpositionLineParser::sample_name() {
  line_.name_column = column();
  line_.name = bare_name(NameKind::Metric);
  const bool named = !line_.name.empty();
  const bool name_within = !named && at('{') && format_ != LintFormat::Text;
  if (!named && !name_within) {
    const bool quoted = rest_.starts_with("{\"");
    return expected(quoted                    ? LintRule::QuotedName
                    : is_blank(rest_.front()) ? LintRule::Spacing
                                              : LintRule::InvalidMetricName,
                    "a metric name");
  }
  const auto next = rest_.find_first_not_of(" \t");
  const bool braces = next != rest_.npos && rest_[next] == '{';
  if ((braces || !is_openmetrics()) && !blanks()) return false;
  if (take('{') && !labels(line_.labels, name_within)) return false;
  if (line_.name.empty()) return fail(line_.name_column, LintRule::InvalidMetricName, "the braces hold no metric name");
  if (named && !rest_.empty() && !is_blank(rest_.front()) && rest_.data() == line_.name.data() + line_.name.size())
    return expected(LintRule::InvalidMetricName, "a name of letters, digits, '_' and ':', and a space");
  return true;
}

bool ExpositionLineParser::exemplar() {
  const auto start = column();
  if (!take('#')) return expected(LintRule::Syntax, "'#' and an exemplar, or the end of the line");
  if (!gap()) return false;
  if (!take('{')) return expected(LintRule::Syntax, "the exemplar's labels in braces");
  auto& out = line_.exemplar.emplace();
  out.column = start;
  if (!labels(out.labels, false) || !gap() || !value(out.value)) return false;
  if (rest_.empty()) return true;
  if (!gap() || !timestamp(out.timestamp)) return false;
  return rest_.empty() || expected(LintRule::Syntax, "the end of the line");
}

bool ExpositionLineParser::labels(std::vector<LineLabel>& out, bool name_within) {
  if (!blanks()) return false;
  if (take('}')) return true;
  while (true) {
    if (!label(out, name_within) || !blanks()) return false;
    if (take('}')) return true;
    const auto comma = column();
    if (!take(',')) return expected(LintRule::Syntax, "',' or '}'");
    if (!blanks()) return false;
    if (at('}') && is_openmetrics())
      return fail(comma, LintRule::Syntax, "OpenMetrics has no comma after the last label");
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
    if (label.name.empty()) return fail(label.column, LintRule::InvalidLabelName, "a label name is empty; give it one");
  } else {
    label.name = bare_name(NameKind::Label);
    if (label.name.empty())
      return expected(at('"') ? LintRule::QuotedName : LintRule::InvalidLabelName, "a label name or '}'");
  }
  if (!blanks()) return false;
  if (!take('=')) {
    const bool odd_name = !rest_.empty() && std::string_view{":.-/"}.find(rest_.front()) != std::string_view::npos;
    return expected(odd_name ? LintRule::InvalidLabelName : LintRule::Syntax, "'='");
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
  if (!take('"')) return expected(LintRule::Syntax, std::string{what} + " in double quotes");
  std::size_t n = 0;
  bool escaped = false;
  for (; n < rest_.size() && rest_[n] != '"'; ++n) {
    if (rest_[n] != '\\') continue;
    escaped = true;
    ++n;
  }
  if (n >= rest_.size()) return fail(start, LintRule::UnterminatedString, noun + " without its closing quote");
  const auto raw = cut(n);
  take('"');
  if (const auto bad = first_not_utf8(raw); bad != raw.npos)
    return fail(start + 1 + bad, LintRule::InvalidUtf8, noun + " is not valid UTF-8");
  if (const auto i = raw.find('\r'); i != raw.npos)
    line_.odd.push_back(
        {start + 1 + i, LintRule::CarriageReturn, noun + " contains a raw carriage return; leave it out"});
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
      if (!is_openmetrics()) return fail(column + i - 1, LintRule::InvalidEscape, std::move(message));
      line_.odd.push_back({column + i - 1, LintRule::InvalidEscape, message + "; write \\\\, \\\" or \\n"});
      text += '\\';
    }
    text += c == 'n' ? '\n' : c;
  }
  out = text;
  return true;
}

bool ExpositionLineParser::value(LineNumber& out) {
  const auto before = rest_;
  out.column = column();
  out.text = word();
  const auto number = parse_exposition_number(out.text);
  if (!number) {
    rest_ = before;
    return expected(is_blank(before.empty() ? '1' : before.front()) ? LintRule::Spacing : LintRule::InvalidNumber,
                    "a number");
  }
  out.value = *number;
  return true;
}

bool ExpositionLineParser::timestamp(std::optional<LineNumber>& out) {
  const auto before = rest_;
  auto& number = out.emplace(LineNumber{0, {}, column()});
  const auto text = number.text = word();
  if (is_openmetrics()) {
    const auto seconds = parse_exposition_number(text);
    number.value = seconds.value_or(0);
    if (seconds && std::isfinite(*seconds)) return true;
    rest_ = before;
    return expected(rest_.empty() ? LintRule::Spacing : LintRule::InvalidTimestamp, "a timestamp in seconds");
  }
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  number.value = static_cast<double>(milliseconds);
  if (error != std::errc{} || end != text.data() + text.size()) {
    rest_ = before;
    return expected(LintRule::InvalidTimestamp, "a timestamp in milliseconds or the end of the line");
  }
  blanks();
  if (!rest_.empty()) return expected(at('#') ? LintRule::ExemplarPlace : LintRule::Syntax, "the end of the line");
  if (text.starts_with('-'))
    line_.odd.push_back(
        {number.column, LintRule::InvalidTimestamp, "Prometheus can't read a negative timestamp; leave it out"});
  return true;
}

bool ExpositionLineParser::blanks() {
  if (rest_.empty() || !is_blank(rest_.front())) return true;
  if (is_openmetrics()) return expected(LintRule::Spacing, "no blank here");
  while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  return true;
}

bool ExpositionLineParser::gap() {
  if (!is_openmetrics()) return blanks();
  if (!take(' ')) return expected(at('\t') ? LintRule::Spacing : LintRule::Syntax, "a single space");
  return blanks();
}

bool ExpositionLineParser::expected(LintRule rule, std::string_view what) {
  std::string found = "the end of the line";
  if (!rest_.empty()) found = "'" + printable(rest_, kExcerpt) + "'";
  return fail(column(), rule, "expected " + std::string{what} + ", found " + found);
}

bool ExpositionLineParser::fail(std::size_t column, LintRule rule, std::string message) {
  line_.fault.emplace(LineFault{column, rule, std::move(message)});
  return false;
}

std::string_view ExpositionLineParser::word() {
  std::size_t n = 0;
  while (n < rest_.size() && !is_blank(rest_[n])) ++n;
  return cut(n);
}

std::string_view ExpositionLineParser::bare_name(NameKind kind) {
  std::size_t n = 0;
  while (n < rest_.size() && is_legacy_char(rest_[n], n == 0, kind)) ++n;
  return cut(n);
}

std::string_view ExpositionLineParser::cut(std::size_t n) {
  const auto head = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return head;
}

}  // namespace vitals::detail
