#include "lint/text/text_linter.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "core/lint/rules.hpp"
#include "core/text/utf8.hpp"
#include "lint/checks/lint_families.hpp"
#include "lint/line/exposition_line.hpp"
#include "lint/line/exposition_line_parser.hpp"
#include "lint/text/series_linter.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Whether the text may be the rest of a line that was cut by a raw line feed in a label value.
bool ends_string(std::string_view text) {
  const auto quote = text.find('"');
  const auto next = quote == text.npos ? quote : text.find_first_not_of(" \t", quote + 1);
  return next != text.npos && (text[next] == ',' || text[next] == '}');
}

class TextLinter {
 public:
  TextLinter(LintFormat format, LintReport& report)
      : format_{format}, report_{report}, parser_{format}, families_{report, format}, series_{report, format} {}

  void run(std::string_view text);

 private:
  [[nodiscard]] bool is_openmetrics() const noexcept { return format_ == LintFormat::OpenMetrics; }
  void read_line(std::string_view text);
  void use(const ExpositionLine& line, std::string_view text);
  void fault(const ExpositionLine& line, std::string_view text);
  void comment(std::string_view text);
  void metadata(const ExpositionLine& line);
  void check_help(const ExpositionLine& line);
  void sample(const ExpositionLine& line, std::string_view text);
  void enter(LintFamily* family);

  LintFormat format_;
  LintReport& report_;
  ExpositionLineParser parser_;
  LintFamilies families_;
  SeriesLinter series_;
  LintFamily* family_ = nullptr;
  std::size_t number_ = 0;
  bool ended_ = false;  // by # EOF
  bool stop_ = false;
  bool open_string_ = false;  // the last line lacks a closing quote
  bool told_of_end_ = false;
  bool told_of_return_ = false;
  std::optional<LintPosition> return_{};  // the first that ends a help or a comment
  bool told_of_quotes_ = false;
};

void TextLinter::run(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) {
    report_.add({1, 1}, "", LintRule::ByteOrderMark, "the text begins with a byte order mark; leave it out");
    text.remove_prefix(kByteOrderMark.size());
  }
  while (!text.empty() && !stop_ && !report_.full()) {
    ++number_;
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    read_line(line);
    if (end == text.npos) {
      // OpenMetrics' grammar lets the line feed after "# EOF" be missing.
      report_.add(ended_ ? LintProblem::Severity::Warning : LintProblem::Severity::Error, {number_, line.size() + 1},
                  "", LintRule::LastNewline,
                  "the last line has no line feed; end it with one, or the text counts as cut off");
      break;
    }
    text.remove_prefix(end + 1);
  }
  enter(nullptr);
  for (const auto& family : families_.all()) series_.judge(family);
  series_.finish(families_);
  if (return_ && !told_of_return_)
    report_.warning(*return_, "", LintRule::CarriageReturn,
                    "the text ends in a carriage return, which belongs to it; leave it out");
  if (is_openmetrics() && !ended_ && !told_of_end_ && !stop_ && !report_.full())
    report_.add({number_ + 1, 1}, "", LintRule::EofMissing,
                "the last line is not \"# EOF\"; add it, or the text counts as cut off");
}

void TextLinter::read_line(std::string_view text) {
  if (ended_) {
    report_.add({number_, 1}, "", LintRule::AfterEof, "there is text after \"# EOF\"; nothing may follow it");
    stop_ = true;
    return;
  }
  const bool carriage_return = text.ends_with('\r');
  const auto& line = parser_.parse(carriage_return ? text.substr(0, text.size() - 1) : text);
  const bool free_text = line.kind == ExpositionLine::Kind::Help || line.kind == ExpositionLine::Kind::Comment;
  if (carriage_return && free_text && !is_openmetrics() && !return_) return_ = {number_, text.size()};
  if (carriage_return && (is_openmetrics() || !free_text) && !std::exchange(told_of_return_, true))
    report_.error({number_, text.size()}, "", LintRule::CarriageReturn,
                  "the line ends in a carriage return; end lines with a line feed alone");
  for (const auto& odd : line.odd) report_.warning({number_, odd.column}, line.name, odd.rule, odd.message);
  if (line.fault) return fault(line, text);
  open_string_ = false;
  const bool ends_in_value = line.kind == ExpositionLine::Kind::Sample || line.kind == ExpositionLine::Kind::Type;
  const bool no_type = line.kind == ExpositionLine::Kind::Type && line.text.empty();
  if (ends_in_value && !no_type && !is_openmetrics() && (text.ends_with(' ') || text.ends_with('\t')))
    report_.error({number_, text.find_last_not_of(" \t") + 2}, line.name, LintRule::Spacing,
                  "the line ends in a blank, which strict parsers refuse; leave it out");
  use(line, text);
}

void TextLinter::fault(const ExpositionLine& line, std::string_view text) {
  const bool rest = std::exchange(open_string_, line.fault->rule == LintRule::UnterminatedString) && ends_string(text);
  if (rest) return;
  report_.error({number_, line.fault->column}, line.name, line.fault->rule, line.fault->message);
  // What the family seems to lack may be on the line that can't be read.
  if (family_ && (line.name.empty() || line.name.starts_with(family_->name))) family_->damaged = true;
}

void TextLinter::use(const ExpositionLine& line, std::string_view text) {
  if (line.quoted_name && is_openmetrics() && !std::exchange(told_of_quotes_, true))
    report_.warning({number_, line.name_column}, line.name, LintRule::QuotedName,
                    "only scrapers that ask for escaping=allow-utf-8 can read quoted names");
  switch (line.kind) {
    case ExpositionLine::Kind::Blank:
      if (is_openmetrics())
        report_.add({number_, 1}, "", LintRule::BlankLine, "OpenMetrics has no blank lines; leave it out");
      return;
    case ExpositionLine::Kind::Comment:
      return comment(text);
    case ExpositionLine::Kind::Eof:
      ended_ = true;
      return;
    case ExpositionLine::Kind::Help:
      check_help(line);
      return metadata(line);
    case ExpositionLine::Kind::Type:
    case ExpositionLine::Kind::Unit:
      return metadata(line);
    case ExpositionLine::Kind::Sample:
      return sample(line, text);
  }
}

void TextLinter::comment(std::string_view text) {
  if (!is_openmetrics()) {
    if (const auto bad = first_not_utf8(text); bad != text.npos)
      report_.add({number_, bad + 1}, "", LintRule::InvalidUtf8, "the comment is not valid UTF-8");
    return;
  }
  text.remove_prefix(1);
  const auto start = text.find_first_not_of(" \t\r");
  const bool is_end = start != text.npos && text.substr(start, text.find_last_not_of(" \t\r") + 1 - start) == "EOF";
  told_of_end_ = told_of_end_ || is_end;
  if (is_end)
    report_.add({number_, 1}, "", LintRule::EofMissing,
                "the end is \"# EOF\" with a single space, and nothing else; write that");
  else
    report_.add({number_, 1}, "", LintRule::CommentLine,
                "OpenMetrics has no comments, only lines that begin with \"# HELP \", \"# TYPE \" or \"# UNIT \"");
}

void TextLinter::check_help(const ExpositionLine& line) {
  const auto help = line.text;
  const auto error = [&](std::size_t i, LintRule rule, std::string message) {
    report_.error({number_, line.text_column + i}, line.name, rule, std::move(message));
  };
  if (const auto bad = first_not_utf8(help); bad != help.npos)
    return error(bad, LintRule::InvalidUtf8, "the help is not valid UTF-8");
  for (std::size_t i = 0; i < help.size(); ++i) {
    if (help[i] == '"' && is_openmetrics())
      return error(i, LintRule::HelpEscape, "OpenMetrics escapes double quotes in the help too; write \\\"");
    if (help[i] != '\\') continue;
    const char next = ++i < help.size() ? help[i] : '\0';
    if (next != '\\' && next != 'n' && !(is_openmetrics() && i < help.size()))
      return error(i - 1, LintRule::InvalidEscape, "unknown escape in the help; write \\\\ or \\n");
  }
}

void TextLinter::metadata(const ExpositionLine& line) {
  auto* family = families_.current();
  // The old family ends before the line can change it: its problems are those of its own lines.
  if (family && family->name != line.name) enter(nullptr);
  family = families_.of_metadata(line, number_);
  stop_ = !family;
  if (family) enter(family);
}

void TextLinter::sample(const ExpositionLine& line, std::string_view text) {
  auto* family = families_.of_sample(line, number_);
  stop_ = !family;
  if (!family) return;
  enter(family);
  auto series = text.substr(line.name_column - 1, line.value.column - line.name_column);
  if (line.quoted_name) series = text.substr(0, line.value.column - 1);
  while (series.ends_with(' ') || series.ends_with('\t')) series.remove_suffix(1);
  series_.sample(*family, line, number_, series);
}

void TextLinter::enter(LintFamily* family) {
  if (family_ && family_ != family) series_.end(*family_);
  family_ = family;
}

}  // namespace

void lint_text(std::string_view text, LintFormat format, LintReport& report) { TextLinter{format, report}.run(text); }

}  // namespace vitals::detail
