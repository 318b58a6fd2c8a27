#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/lint.hpp>

#include "core/lint/rules.hpp"
#include "core/text/names.hpp"
#include "lint/line/exposition_line.hpp"

namespace vitals::detail {

/// Reads lines of text format 0.0.4 and 1.0.0 and OpenMetrics 1.0, one after the other, as strictly as the
/// specifications say. Each line is read alone; what lines say together is for the caller to judge.
class ExpositionLineParser {
 public:
  explicit ExpositionLineParser(LintFormat format) : format_{format} {}

  /// `line` is without its line feed. The result is valid until the next call, and its views as long as `line` too.
  [[nodiscard]] const ExpositionLine& parse(std::string_view line);

 private:
  [[nodiscard]] bool is_openmetrics() const noexcept { return format_ == LintFormat::OpenMetrics; }
  bool comment();
  bool metadata(ExpositionLine::Kind kind);
  bool sample();
  bool sample_name();
  bool labels(std::vector<LineLabel>& out, bool name_within);
  bool label(std::vector<LineLabel>& out, bool name_within);
  bool value(LineNumber& out);
  bool timestamp(std::optional<LineNumber>& out);
  bool exemplar();
  bool quoted_text(std::string_view what, std::string_view& out);
  bool unescape(std::string_view raw, std::size_t column, std::string_view& out);

  /// Skips blanks where text may have any; OpenMetrics has none there.
  bool blanks();
  /// Skips what is between the parts of a line: blanks, in OpenMetrics exactly one space.
  bool gap();
  bool expected(LintRule rule, std::string_view what);
  bool fail(std::size_t column, LintRule rule, std::string message);
  std::string_view word();
  std::string_view bare_name(NameKind kind);
  std::string_view cut(std::size_t n);
  [[nodiscard]] bool at(char c) const noexcept { return !rest_.empty() && rest_.front() == c; }
  bool take(char c) noexcept {
    if (!at(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] std::size_t column() const noexcept { return size_ - rest_.size() + 1; }

  LintFormat format_;
  ExpositionLine line_;
  std::string_view rest_;
  std::size_t size_ = 0;
  std::deque<std::string> unescaped_;  // where views of unescaped texts point; a deque does not move them
};

}  // namespace vitals::detail
