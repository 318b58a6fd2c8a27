#include "postgres/sql/sql_parser.hpp"

#include <algorithm>

namespace vitals::detail {

namespace {

// The characters of an identifier, as PostgreSQL stores them, one at a time.
class NameReader {
 public:
  explicit NameReader(const SqlName& name) noexcept : text_{name.text()}, quoted_{name.is_quoted} {}

  // The next character, or -1 at the end.
  int next() noexcept {
    if (at_ >= text_.size()) return -1;
    const char c = text_[at_++];
    if (quoted_) {
      if (c == '"') ++at_;  // doubled
    } else if (c >= 'A' && c <= 'Z') {
      return c + ('a' - 'A');
    }
    return static_cast<unsigned char>(c);
  }

 private:
  std::string_view text_;
  bool quoted_;
  std::size_t at_ = 0;
};

// Returns the end.
char* put_name(char* out, const SqlName& name) noexcept {
  char* const begin = out;
  NameReader reader{name};
  int c = reader.next();
  for (; c >= 0 && out < begin + SqlRelation::kMaxPartBytes; c = reader.next()) *out++ = static_cast<char>(c);
  if (c >= 0 && (c & 0xC0) == 0x80) {  // cut inside a character: take away its beginning
    while (out > begin && (static_cast<unsigned char>(out[-1]) & 0xC0) == 0x80) --out;
    if (out > begin) --out;
  }
  return out;
}

bool is_control(std::string_view operation) noexcept {
  constexpr std::array kControl = {"BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SET", "RESET"};
  return std::find(kControl.begin(), kControl.end(), operation) != kControl.end();
}

void merge(SqlFound& all, const SqlFound& one) noexcept {
  if (all.operation.empty()) {
    all = one;
  } else if (all.operation != one.operation) {
    all = {"BATCH", {}};
  } else if (!same_relation(all.table, one.table)) {
    all.table = {};
  }
}

}  // namespace

std::size_t SqlRelation::put(char* out) const noexcept {
  char* end = out;
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) *end++ = '.';
    end = put_name(end, parts[i]);
  }
  return static_cast<std::size_t>(end - out);
}

std::string SqlRelation::str() const {
  char text[kMaxBytes];
  return {text, put(text)};
}

bool same_name(const SqlName& a, const SqlName& b) noexcept {
  NameReader left{a};
  NameReader right{b};
  for (;;) {
    const int c = left.next();
    if (c != right.next()) return false;
    if (c < 0) return true;
  }
}

bool same_relation(const SqlRelation& a, const SqlRelation& b) noexcept {
  return a.size == b.size && std::equal(a.parts.begin(), a.parts.begin() + a.size, b.parts.begin(), same_name);
}

SqlParser::SqlParser(std::string_view sql) noexcept
    : lexer_{sql}, single_{sql.substr(0, SqlLexer::kMaxBytes).find(';') == std::string_view::npos} {
  ahead_ = lexer_.next();
  advance();
}

// Transaction control and SET count only in a text that has no other statement.
SqlFound SqlParser::run() noexcept {
  SqlFound work{};
  SqlFound control{};
  for (;;) {
    while (accept(';')) {
    }
    if (token_.kind == SqlToken::Kind::End) break;
    impossible_ = false;
    SqlFound found = statement();
    skip_statement();
    if (impossible_) found = {"OTHER", {}};
    merge(is_control(found.operation) ? control : work, found);
    if (single_) break;
  }
  if (!work.operation.empty()) return work;
  if (!control.operation.empty()) return control;
  return {"EMPTY", {}};
}

void SqlParser::advance() noexcept {
  token_ = ahead_;
  ahead_ = lexer_.next();
}

SqlName SqlParser::name() noexcept {
  const SqlToken token = token_;
  advance();
  return {token.text.data(), static_cast<std::uint32_t>(token.text.size()), token.kind == SqlToken::Kind::Quoted};
}

bool SqlParser::accept(std::uint64_t word) noexcept {
  if (token_.keyword != word) return false;
  advance();
  return true;
}

bool SqlParser::accept(char symbol) noexcept {
  if (!token_.is(symbol)) return false;
  advance();
  return true;
}

bool SqlParser::at_close() const noexcept {
  return token_.kind == SqlToken::Kind::End || token_.is(')') || token_.is(';');
}

// Past the word, or to the end of the statement.
void SqlParser::skip_to(std::uint64_t word) noexcept {
  while (token_.kind != SqlToken::Kind::End && !token_.is(';')) {
    if (accept(word)) return;
    advance();
  }
}

// From a '(' past its ')'.
void SqlParser::skip_parentheses() noexcept {
  advance();
  skip_to_close();
}

// Past the ')' that closes the parentheses we are in.
void SqlParser::skip_to_close() noexcept {
  for (std::size_t open = 1; open > 0 && token_.kind != SqlToken::Kind::End; advance()) {
    if (token_.is('(')) ++open;
    if (token_.is(')')) --open;
  }
}

void SqlParser::skip_statement() noexcept {
  if (single_) return;
  std::size_t open = 0;  // CREATE RULE … DO (a; b)
  for (; token_.kind != SqlToken::Kind::End; advance()) {
    if (token_.is('(')) ++open;
    if (token_.is(')') && open > 0) --open;
    if (token_.is(';') && open == 0) return;
    if (token_.keyword == keyword("begin") && ahead_.keyword == keyword("atomic")) {  // a function's body, to the end
      while (token_.kind != SqlToken::Kind::End) advance();
      return;
    }
  }
}

SqlRelation SqlParser::relation() noexcept {
  SqlRelation relation{};
  while (token_.is_name()) {
    const SqlName part = name();
    if (relation.size < relation.parts.size()) relation.parts[relation.size++] = part;
    if (!token_.is('.') || !ahead_.is_name()) break;
    advance();
  }
  return relation;
}

// [ONLY] name, or ONLY (name).
SqlRelation SqlParser::target() noexcept {
  accept(keyword("only"));
  const bool open = accept('(');
  const SqlRelation name = relation();
  if (open) accept(')');
  return name;
}

}  // namespace vitals::detail
