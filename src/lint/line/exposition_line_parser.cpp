#include "lint/line/exposition_line.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {

constexpr bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
constexpr bool is_name_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_name_part(char c) noexcept { return is_name_start(c) || (c >= '0' && c <= '9'); }

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
  if (line.front() != '#' && open_metrics()) {
    sample();
  } else if (blanks()) {
    if (take('#')) {
      comment();
    } else if (sample() && is_blank(line.front())) {
      line_.odd.push_back({1, "spacing", "Prometheus can't read a sample after a blank; begin the line with its name"});
    }
  }
  return line_;
}

bool ExpositionLineParser::comment() {
  using Kind = ExpositionLine::Kind;
  line_.kind = Kind::Comment;
  if (open_metrics()) {
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
  if (keyword == "UNIT" && open_metrics()) return metadata(Kind::Unit);
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
    line_.name = bare_name(true);
  }
  if (line_.name.empty() || (!rest_.empty() && !is_blank(rest_.front())))
    return expected(at('"') ? "quoted-name" : "invalid-metric-name", "a metric name");
  const auto end = column();
  if (open_metrics()) {
    if (!take(' ')) return expected("syntax", "a space and the text");
  } else {
    blanks();
  }
  line_.text_column = column();
  if (kind == Kind::Type && !open_metrics() && line_.text_column > end + 1 && !rest_.empty())
    line_.odd.push_back(
        {end + 1, "spacing", "Prometheus can't read a type after several blanks; write a single space"});
  line_.text = rest_;
  return true;
}

bool ExpositionLineParser::sample() {
  line_.kind = ExpositionLine::Kind::Sample;
  if (!sample_name() || !gap()) return false;
  if (!value(line_.value)) return false;
  if (!open_metrics()) {
    blanks();
    if (rest_.empty()) return true;
    if (at('#')) return expected("exemplar-place", "a timestamp in milliseconds or the end of the line");
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
  line_.name = bare_name(true);
  const bool named = !line_.name.empty();
  const bool name_within = !named && at('{') && format_ != LintFormat::Text;
  if (!named && !name_within) {
    const bool quoted = rest_.starts_with("{\"");
    return expected(quoted                    ? "quoted-name"
                    : is_blank(rest_.front()) ? "spacing"
                                              : "invalid-metric-name",
                    "a metric name");
  }
  const auto next = rest_.find_first_not_of(" \t");
  const bool braces = next != rest_.npos && rest_[next] == '{';
  if ((braces || !open_metrics()) && !blanks()) return false;
  if (take('{') && !labels(line_.labels, name_within)) return false;
  if (line_.name.empty()) return fail(line_.name_column, "invalid-metric-name", "the braces hold no metric name");
  if (named && !rest_.empty() && !is_blank(rest_.front()) && rest_.data() == line_.name.data() + line_.name.size())
    return expected("invalid-metric-name", "a name of letters, digits, '_' and ':', and a space");
  return true;
}

bool ExpositionLineParser::value(LineNumber& out) {
  const auto before = rest_;
  out.column = column();
  out.text = word();
  const auto number = parse_exposition_number(out.text);
  if (!number) {
    rest_ = before;
    return expected(is_blank(before.empty() ? '1' : before.front()) ? "spacing" : "invalid-number", "a number");
  }
  out.value = *number;
  return true;
}

bool ExpositionLineParser::timestamp(std::optional<LineNumber>& out) {
  const auto before = rest_;
  auto& number = out.emplace(LineNumber{0, {}, column()});
  const auto text = number.text = word();
  if (open_metrics()) {
    const auto seconds = parse_exposition_number(text);
    number.value = seconds.value_or(0);
    if (seconds && std::isfinite(*seconds)) return true;
    rest_ = before;
    return expected(rest_.empty() ? "spacing" : "invalid-timestamp", "a timestamp in seconds");
  }
  std::int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
  number.value = static_cast<double>(milliseconds);
  if (error != std::errc{} || end != text.data() + text.size()) {
    rest_ = before;
    return expected("invalid-timestamp", "a timestamp in milliseconds or the end of the line");
  }
  blanks();
  if (!rest_.empty()) return expected(at('#') ? "exemplar-place" : "syntax", "the end of the line");
  if (text.starts_with('-'))
    line_.odd.push_back(
        {number.column, "invalid-timestamp", "Prometheus can't read a negative timestamp; leave it out"});
  return true;
}

bool ExpositionLineParser::blanks() {
  if (rest_.empty() || !is_blank(rest_.front())) return true;
  if (open_metrics()) return expected("spacing", "no blank here");
  while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
  return true;
}

bool ExpositionLineParser::gap() {
  if (!open_metrics()) return blanks();
  if (!take(' ')) return expected(at('\t') ? "spacing" : "syntax", "a single space");
  return blanks();
}

bool ExpositionLineParser::expected(std::string_view rule, std::string_view what) {
  std::string found = "the end of the line";
  if (!rest_.empty()) found = "'" + printable(rest_, kExcerpt) + "'";
  return fail(column(), rule, "expected " + std::string{what} + ", found " + found);
}

bool ExpositionLineParser::fail(std::size_t column, std::string_view rule, std::string message) {
  line_.fault.emplace(LineFault{column, rule, std::move(message)});
  return false;
}

std::string_view ExpositionLineParser::word() {
  std::size_t n = 0;
  while (n < rest_.size() && !is_blank(rest_[n])) ++n;
  return cut(n);
}

std::string_view ExpositionLineParser::bare_name(bool colons) {
  std::size_t n = 0;
  while (n < rest_.size() &&
         ((n == 0 ? is_name_start(rest_[n]) : is_name_part(rest_[n])) || (colons && rest_[n] == ':')))
    ++n;
  return cut(n);
}

std::string_view ExpositionLineParser::cut(std::size_t n) {
  const auto head = rest_.substr(0, n);
  rest_.remove_prefix(n);
  return head;
}

}  // namespace vitals::detail
