#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "postgres/sql/sql_lexer.hpp"

namespace vitals::detail {

/// An identifier, as a view of the text.
// SqlName and SqlRelation are small because they are copied a lot. They have no initialisers because the parser holds
// an array of them, most of which is never used.
struct SqlName {
  const char* data;
  std::uint32_t size;
  bool is_quoted;

  [[nodiscard]] std::string_view text() const noexcept { return {data, size}; }
};

/// A name of up to four parts: table, schema.table and so on.
struct SqlRelation {
  std::array<SqlName, 4> parts;
  std::uint32_t size;

  static constexpr std::size_t kMaxPartBytes = 63;  // NAMEDATALEN - 1
  static constexpr std::size_t kMaxBytes = 4 * (kMaxPartBytes + 1);

  explicit operator bool() const noexcept { return size > 0; }
  /// As PostgreSQL stores it: folded to lower case, without quotes, each part cut to 63 bytes. Writes at most kMaxBytes
  /// at `out`; returns how many.
  std::size_t put(char* out) const noexcept;
  [[nodiscard]] std::string str() const;
};

/// Whether two identifiers name the same thing: A is a, "a" is a, "A" is neither.
bool same_name(const SqlName& a, const SqlName& b) noexcept;
bool same_relation(const SqlRelation& a, const SqlRelation& b) noexcept;

/// What was found in a statement, or in all statements of a text.
struct SqlFound {
  std::string_view operation;
  SqlRelation table{};
};

/// Finds the operation and the table of a text's statements.
// Recursive descent over the small part of the grammar that decides them. The rest is skipped, with its parentheses
// balanced. One pass, one token of look-ahead, no allocation.
class SqlParser {
 public:
  explicit SqlParser(std::string_view sql) noexcept;

  /// Reads the text; to be called once.
  SqlFound run() noexcept;

 private:
  static constexpr std::size_t kMaxDepth = 200;
  static constexpr std::size_t kMaxCtes = 64;
  static constexpr std::uint32_t kNone = kMaxCtes;

  // Where a parenthesis stands: in an expression, or in FROM. In either place it may hold a query.
  enum class In : std::uint8_t { Expression, From };

  struct Cte {
    SqlName name;
    std::uint32_t outer;  // the CTE that is looked at next: those that are visible together are a list
    std::uint32_t scope;  // the innermost CTE that its query sees
    enum class State : std::uint8_t { Unread, Reading, Read } state;
    const char* body;  // the parenthesis with its query
    // What its query does, and reads or writes first, once it is read: a SqlFound without initialisers.
    const char* operation;
    std::size_t operation_size;
    SqlRelation source;

    void set(const SqlFound& found) noexcept {
      state = State::Read;
      operation = found.operation.data();
      operation_size = found.operation.size();
      source = found.table;
    }
  };

  // The state of one pair of parentheses, or of a statement's query.
  struct Group {
    // SELECT or a set operator was seen: a FROM is then a clause, and not a part of extract(year FROM x).
    bool is_query = false;
    bool in_from = false;  // a comma is followed by a table
    bool expects_table = false;
    // At the start and after a set operator: a parenthesis then holds an operand, whose table counts as FROM's.
    bool expects_operand = true;
    SqlRelation from{};    // the first table of FROM
    SqlRelation nested{};  // the first table of a query inside the group
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
  void declare_ctes() noexcept;
  SqlName cte_head() noexcept;
  void cte_tail() noexcept;
  SqlFound cte_body() noexcept;
  SqlFound read_cte(Cte& cte) noexcept;
  SqlFound read_ahead(Cte& cte) noexcept;
  Cte* add_cte(const SqlName& name) noexcept;
  SqlRelation resolve(const SqlRelation& name) noexcept;

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
  bool single_;                      // the text has no ';': reading may stop at the first table
  bool query_seen_ = false;          // query() has read a SELECT, VALUES or TABLE
  bool impossible_ = false;          // the statement has something that PostgreSQL rejects wherever it stands
  std::uint32_t n_ctes_ = 0;         // how many of ctes_ are in use; a stack
  std::uint32_t innermost_ = kNone;  // the first of the list of visible ones
  std::array<Cte, kMaxCtes> ctes_;
};

}  // namespace vitals::detail
