#include "postgres/sql/sql_lexer.hpp"

#include <algorithm>
#include <array>

namespace vitals::detail {

namespace {

// The classes that a byte may belong to, as bits.
constexpr std::uint8_t kBlank = 1;
constexpr std::uint8_t kDigit = 2;
constexpr std::uint8_t kLetter = 4;
constexpr std::uint8_t kStartsWord = 8;
constexpr std::uint8_t kContinuesWord = 16;

// The classes of each byte. A byte of a non-ASCII character may be part of an identifier.
constexpr auto kClasses = [] {
  std::array<std::uint8_t, 256> classes{};
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    const bool is_digit = c >= '0' && c <= '9';
    const bool starts_word = is_letter || c == '_' || c >= 0x80;
    classes[c] = static_cast<std::uint8_t>(
        (c == ' ' || (c >= '\t' && c <= '\r') ? kBlank : 0) | (is_digit ? kDigit : 0) | (is_letter ? kLetter : 0) |
        (starts_word ? kStartsWord : 0) | (starts_word || is_digit || c == '$' ? kContinuesWord : 0));
  }
  return classes;
}();

constexpr bool is(std::uint8_t wanted, char c) noexcept {
  return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}
constexpr bool is_digit(char c) noexcept { return is(kDigit, c); }
constexpr bool is_letter(char c) noexcept { return is(kLetter, c); }
constexpr bool is_blank(char c) noexcept { return is(kBlank, c); }
constexpr bool starts_word(char c) noexcept { return is(kStartsWord, c); }
constexpr bool continues_word(char c) noexcept { return is(kContinuesWord, c); }

}  // namespace

std::string_view without_last_comment(std::string_view sql) noexcept {
  if (!sql.ends_with("*/")) return sql;
  const std::size_t begin = sql.rfind("/*");
  // Where there are no line comments, and the comment has no other end: the usual case.
  if (begin != std::string_view::npos && sql.find("*/", begin + 2) == sql.size() - 2 &&
      sql.find("--") == std::string_view::npos) {
    return sql.substr(0, begin);
  }
  if (sql.size() > SqlLexer::kMaxBytes) return sql;
  SqlLexer lexer{sql};
  std::size_t end = 0;
  while (lexer.next().kind != SqlToken::Kind::End) end = lexer.end();
  return sql.substr(0, end);
}

SqlLexer::SqlLexer(std::string_view sql) noexcept : sql_{sql.substr(0, kMaxBytes)} {
  if (sql_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

SqlToken SqlLexer::next() noexcept {
  skip_blanks();
  begin_ = at_;
  if (at_ == sql_.size()) return {};

  const char c = sql_[at_];
  if (starts_word(c)) return word();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
  switch (c) {
    case '\'':
      return string(false);
    case '"':
      return quoted();
    case '$':
      return dollar();
    default:
      return symbol();
  }
}

void SqlLexer::skip_blanks() noexcept {
  while (at_ < sql_.size()) {
    if (is_blank(sql_[at_])) {
      ++at_;
    } else if (peek() == '-' && peek(1) == '-') {
      at_ = std::min(sql_.find_first_of("\r\n", at_), sql_.size());
    } else if (peek() == '/' && peek(1) == '*') {
      skip_comment();
    } else {
      return;
    }
  }
}

// PostgreSQL's block comments nest.
void SqlLexer::skip_comment() noexcept {
  std::size_t depth = 0;
  do {
    if (peek() == '/' && peek(1) == '*') {
      ++depth;
      at_ += 2;
    } else if (peek() == '*' && peek(1) == '/') {
      --depth;
      at_ += 2;
    } else {
      ++at_;
    }
  } while (depth > 0 && at_ < sql_.size());
}

SqlToken SqlLexer::word() noexcept {
  if (peek(1) == '\'') {  // E'…', B'…', X'…', N'…'
    const char prefix = static_cast<char>(sql_[at_] | 0x20);
    if (prefix == 'e' || prefix == 'b' || prefix == 'x' || prefix == 'n') {
      ++at_;
      return string(prefix == 'e');
    }
  }
  if ((sql_[at_] | 0x20) == 'u' && peek(1) == '&' && (peek(2) == '\'' || peek(2) == '"')) {  // U&'…', U&"…"
    at_ += 2;
    return peek() == '"' ? quoted() : string(false);
  }
  const std::size_t begin = at_;
  while (at_ < sql_.size() && continues_word(sql_[at_])) ++at_;
  return {SqlToken::Kind::Word, from(begin), keyword(from(begin))};
}

SqlToken SqlLexer::quoted() noexcept {
  const std::size_t begin = ++at_;
  while (at_ < sql_.size()) {
    if (sql_[at_] != '"') {
      ++at_;
    } else if (peek(1) == '"') {
      at_ += 2;
    } else {
      ++at_;
      return {SqlToken::Kind::Quoted, sql_.substr(begin, at_ - 1 - begin)};
    }
  }
  return {SqlToken::Kind::Quoted, from(begin)};
}

// PostgreSQL continues a string that is followed by another one, if a line break lies between them. Gives the place of
// the second string's quote, or npos. Only blanks and `--` comments may lie between the two.
std::size_t SqlLexer::continuation() const noexcept {
  std::size_t next = at_;
  bool line_break = false;
  while (next < sql_.size() && (is_blank(sql_[next]) || sql_.substr(next, 2) == "--")) {
    if (sql_[next] == '-') next = std::min(sql_.find_first_of("\r\n", next), sql_.size() - 1);
    line_break = line_break || sql_[next] == '\r' || sql_[next] == '\n';
    ++next;
  }
  return line_break && next < sql_.size() && sql_[next] == '\'' ? next : std::string_view::npos;
}

SqlToken SqlLexer::string(bool escapes) noexcept {
  const std::size_t begin = at_++;
  while (at_ < sql_.size()) {
    const char c = sql_[at_];
    if (c == '\'' && peek(1) != '\'') {
      ++at_;
      if (!escapes) break;
      // 'a' <line break> 'b' is one string. It matters only with escapes: the second half has them too.
      const std::size_t next = continuation();
      if (next == std::string_view::npos) break;
      at_ = next + 1;
    } else {
      at_ += c == '\'' || (escapes && c == '\\') ? 2 : 1;
    }
  }
  at_ = std::min(at_, sql_.size());
  return {SqlToken::Kind::Literal, from(begin)};
}

// $1, or $$…$$, or $tag$…$tag$.
SqlToken SqlLexer::dollar() noexcept {
  const std::size_t begin = at_++;
  if (is_digit(peek())) {
    while (is_digit(peek())) ++at_;
    return {SqlToken::Kind::Parameter, from(begin)};
  }
  while (at_ < sql_.size() && continues_word(sql_[at_]) && sql_[at_] != '$') ++at_;
  if (peek() != '$') {
    at_ = begin;
    return symbol();
  }
  ++at_;
  const std::string_view tag = from(begin);
  const std::size_t close = sql_.find(tag, at_);
  at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
  return {SqlToken::Kind::Literal, from(begin)};
}

SqlToken SqlLexer::number() noexcept {
  const std::size_t begin = at_;
  const int prefix = peek() == '0' ? peek(1) | 0x20 : 0;
  if (prefix == 'x' || prefix == 'o' || prefix == 'b') {
    at_ += 2;
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_') ++at_;
    return {SqlToken::Kind::Literal, from(begin)};
  }
  const auto digits = [this] {
    while (is_digit(peek()) || (peek() == '_' && is_digit(peek(1)))) ++at_;
  };
  digits();
  if (peek() == '.' && peek(1) != '.') {  // 1..2 is two numbers
    ++at_;
    digits();
  }
  const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
  if ((peek() | 0x20) == 'e' && is_digit(peek(1 + sign))) {
    at_ += 1 + sign;
    digits();
  }
  return {SqlToken::Kind::Literal, from(begin)};
}

// One character, except that :: and := are one symbol each: a lone colon must differ from them.
SqlToken SqlLexer::symbol() noexcept {
  const std::size_t begin = at_++;
  if (sql_[begin] == ':' && (peek() == ':' || peek() == '=')) ++at_;
  return {SqlToken::Kind::Symbol, from(begin)};
}

}  // namespace vitals::detail
