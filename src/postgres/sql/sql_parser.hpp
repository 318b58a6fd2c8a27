#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "postgres/sql/sql_lexer.hpp"

namespace vitals::detail {

// An identifier, as a view of the text. This and SqlRelation are kept small, since they are copied a lot, and without
// initialisers, since the parser holds an array of them that is mostly never used.
struct SqlName {
  const char* data;
  std::uint32_t size;
  bool is_quoted;

  [[nodiscard]] std::string_view text() const noexcept { return {data, size}; }
};

// A possibly qualified name.
struct SqlRelation {
  std::array<SqlName, 4> parts;
  std::uint32_t size;

  explicit operator bool() const noexcept { return size > 0; }
  // As PostgreSQL stores it: folded, unquoted, parts clipped to 63 bytes.
  [[nodiscard]] std::string str() const;
};

// Whether two identifiers name the same thing: A is a, "a" is a, "A" is neither.
bool same_name(const SqlName& a, const SqlName& b) noexcept;
bool same_relation(const SqlRelation& a, const SqlRelation& b) noexcept;

struct SqlFound {
  std::string_view operation;
  SqlRelation table{};
};

// Finds operation and table of each statement of a text, by recursive descent over the little of the grammar that
// decides them; the rest is skipped, parentheses balanced. One pass, one token of look-ahead, no allocation.
class SqlParser {
 public:
  explicit SqlParser(std::string_view sql) noexcept;

  SqlFound run() noexcept;

 private:
  static constexpr std::size_t kMaxDepth = 200;
  static constexpr std::size_t kMaxCtes = 64;

  // What a parenthesis may hold: an operand of an expression, or of FROM. Either may turn out to be a query.
  enum class In : std::uint8_t { kExpression, kFrom };

  struct Cte {
    SqlName name;
    SqlRelation source;  // what its query reads or writes first
  };

  // The state of one pair of parentheses, or of a statement's query.
  struct Group {
    bool is_query =
        false;             // SELECT or a set operator was seen, so FROM is a clause, not a part of extract(year FROM x)
    bool in_from = false;  // a comma is followed by a table
    bool expects_table = false;
    bool expects_operand = true;  // at the start and after a set operator: ( begins a query as good as this one
    SqlRelation from{};
    SqlRelation nested{};
  };

  void advance() noexcept;
  SqlName name() noexcept;
  bool accept(std::uint64_t word) noexcept;
  bool accept(char symbol) noexcept;
  [[nodiscard]] bool at_close() const noexcept;
  void skip_to(std::uint64_t word) noexcept;
  void skip_parentheses() noexcept;
  void skip_to_close() noexcept;
  void skip_statement() noexcept;
  SqlRelation relation() noexcept;
  SqlRelation target() noexcept;

  // sql_parser_query.cpp
  SqlRelation query(In in) noexcept;
  void query_word(Group& group) noexcept;
  void query_symbol(Group& group) noexcept;
  void table_reference(Group& group) noexcept;
  SqlRelation parenthesis(In in) noexcept;
  SqlFound with_list() noexcept;
  SqlFound cte(bool recursive) noexcept;
  SqlRelation resolve(const SqlRelation& name) const noexcept;

  // sql_parser_statement.cpp
  SqlFound statement() noexcept;
  SqlFound inner_statement() noexcept;
  SqlFound verb() noexcept;
  SqlFound query_statement() noexcept;
  SqlRelation table_of(std::uint64_t verb) noexcept;
  SqlRelation maintenance_target(std::uint64_t verb) noexcept;
  SqlRelation definition_target(bool create) noexcept;
  SqlRelation privilege_target() noexcept;
  SqlRelation comment_target() noexcept;
  SqlRelation copy_target() noexcept;
  SqlRelation explain_target() noexcept;

  SqlLexer lexer_;
  SqlToken token_;
  SqlToken ahead_;
  std::size_t depth_ = 0;
  std::size_t brackets_ = 0;
  bool single_;              // no ';' in the text: may stop at the first table
  bool query_seen_ = false;  // in what query() read
  bool impossible_ = false;  // something was seen that PostgreSQL rejects wherever it stands
  std::size_t n_ctes_ = 0;   // visible ones; a stack
  std::array<Cte, kMaxCtes> ctes_;
};

}  // namespace vitals::detail
