#include "tool/database/shown_sql.hpp"

#include <algorithm>
#include <array>

#include <vitals/postgres/sql.hpp>

#include "postgres/sql/sql_lexer.hpp"

namespace vitals::tool {
namespace {

constexpr std::array<std::string_view, 5> kOfData{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};

std::string text_of(const SqlStatement& statement) {
  return statement.table.empty() ? statement.operation : statement.operation + ' ' + statement.table;
}

}  // namespace

std::string kind_of_sql(std::string_view sql) { return text_of(classify_sql(sql)); }

std::string shown_sql(std::string_view sql, std::size_t limit) {
  const auto statement = classify_sql(sql);
  if (std::ranges::find(kOfData, statement.operation) == kOfData.end()) return text_of(statement);
  using detail::SqlToken;
  detail::SqlLexer lexer{sql};
  std::string out;
  std::size_t end = 0;
  for (auto token = lexer.next(); token.kind != SqlToken::Kind::End && out.size() <= limit; token = lexer.next()) {
    if (!out.empty() && lexer.begin() != end) out += ' ';
    end = lexer.end();
    out += token.kind == SqlToken::Kind::Literal ? "?" : sql.substr(lexer.begin(), end - lexer.begin());
  }
  if (out.size() <= limit) return out;
  while (limit > 0 && (static_cast<unsigned char>(out[limit]) & 0xC0) == 0x80) --limit;
  return out.substr(0, limit) + "…";
}

}  // namespace vitals::tool
