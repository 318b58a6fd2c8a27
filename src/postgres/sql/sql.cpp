#include <vitals/postgres/sql.hpp>

#include "postgres/sql/sql_lexer.hpp"
#include "postgres/sql/sql_parser.hpp"

namespace vitals {

namespace {

// The longest beginning of at most max_bytes that ends between two UTF-8 characters.
std::size_t boundary(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text.size();
  std::size_t end = max_bytes;
  for (int back = 0; back < 3 && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; ++back) --end;
  return end;
}

}  // namespace

SqlStatement classify_sql(std::string_view sql) {
  const detail::SqlFound found = detail::SqlParser{sql}.run();
  return {std::string{found.operation}, found.table.str()};
}

std::string mask_sql(std::string_view sql, std::size_t max_bytes) {
  sql = sql.substr(0, detail::SqlLexer::kMaxBytes);
  detail::SqlLexer lexer{sql};
  std::string out;
  std::size_t copied = 0;
  while (out.size() + (lexer.end() - copied) <= max_bytes) {
    const detail::SqlToken token = lexer.next();
    if (token.kind == detail::SqlToken::Kind::End) break;
    if (token.kind != detail::SqlToken::Kind::Literal) continue;
    out.append(sql.substr(copied, lexer.begin() - copied));
    out.push_back('?');
    copied = lexer.end();
  }
  out.append(sql.substr(copied, lexer.end() - copied));  // the rest of the text was not read, and is cut off
  out.resize(boundary(out, max_bytes));
  return out;
}

std::string collapse_digits(std::string_view table) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::string out;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const bool joins =
        table[i] == '_' && !out.empty() && out.back() == '*' && i + 1 < table.size() && is_digit(table[i + 1]);
    if (joins) continue;
    if (!is_digit(table[i])) {
      out.push_back(table[i]);
    } else if (out.empty() || out.back() != '*') {
      out.push_back('*');
    }
  }
  return out;
}

}  // namespace vitals
