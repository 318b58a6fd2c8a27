#include "postgres/sql/sql_parser.hpp"

// Queries: the table that a SELECT, with its FROM and its WITH, reads first.
namespace vitals::detail {

// Reads a query, or whatever else stands in parentheses, up to the ')' or ';' behind it. Gives the first table of its
// FROM, or else the first table of a query inside it.
SqlRelation SqlParser::query(In in) noexcept {
  Group group;
  const std::uint32_t outer_ctes = n_ctes_;
  const std::uint32_t outer = innermost_;
  if (token_.keyword == keyword("with")) with_list();
  switch (token_.keyword) {
    case keyword("select"):
    case keyword("values"):
    case keyword("table"):
      break;
    default:
      group.in_from = group.expects_table = in == In::From;
  }

  while (!at_close() && !(group.from && single_ && depth_ == 0)) {
    if (group.expects_table && !group.from) {
      table_reference(group);
    } else if (token_.kind == SqlToken::Kind::Word) {
      query_word(group);
    } else {
      query_symbol(group);
    }
  }
  n_ctes_ = outer_ctes;
  innermost_ = outer;
  return group.from ? group.from : group.nested;
}

void SqlParser::query_word(Group& group) noexcept {
  const bool is_operand = group.expects_operand;
  const std::uint64_t word = token_.keyword;
  group.expects_operand = false;
  advance();
  switch (word) {
    case keyword("select"):
    case keyword("values"):
      query_seen_ = group.is_query = true;
      group.in_from = false;
      break;
    case keyword("table"):
      if (!is_operand) break;
      query_seen_ = group.is_query = group.in_from = group.expects_table = true;
      break;
    case keyword("union"):
    case keyword("intersect"):
    case keyword("except"):
      if (!accept(keyword("all"))) accept(keyword("distinct"));
      group.is_query = group.expects_operand = true;
      group.in_from = false;
      break;
    case keyword("from"):
      if (group.is_query) group.in_from = group.expects_table = true;
      break;
    case keyword("join"):
      group.expects_table = group.in_from;
      break;
    case keyword("where"):
    case keyword("group"):
    case keyword("having"):
    case keyword("window"):
    case keyword("order"):
    case keyword("limit"):
    case keyword("offset"):
    case keyword("fetch"):
    case keyword("for"):
      group.in_from = false;
      break;
    case keyword("distinct"):
      accept(keyword("from"));
      break;  // IS DISTINCT FROM
    case keyword("as"):
      if (token_.is_name()) advance();  // a label, which may be any keyword
      break;
    default:
      break;
  }
}

void SqlParser::query_symbol(Group& group) noexcept {
  if (token_.is('(')) {
    const bool is_operand = group.expects_operand;
    group.expects_operand = false;
    const SqlRelation found = parenthesis(In::Expression);
    SqlRelation& place = is_operand ? group.from : group.nested;
    if (!place) place = found;
    return;
  }
  if (token_.is('[')) ++brackets_;
  if (token_.is(']') && brackets_ > 0) --brackets_;
  if (token_.is(':') && brackets_ == 0 && ahead_.is_name()) impossible_ = true;  // :x is no PostgreSQL, but a[1:x] is
  if (token_.is(',') && group.in_from) group.expects_table = true;
  const bool is_dot = token_.is('.');
  advance();
  if (is_dot && token_.is_name()) advance();  // an attribute, which may be any keyword
}

// One item of FROM: a table, a derived table, a join in parentheses, or a function.
void SqlParser::table_reference(Group& group) noexcept {
  if (accept(keyword("only")) || accept(keyword("lateral"))) return;
  group.expects_table = false;
  if (token_.is('(')) {
    group.from = parenthesis(In::From);
    return;
  }
  if (token_.keyword == keyword("rows") && ahead_.keyword == keyword("from")) {  // ROWS FROM (function(), …)
    advance();
    advance();
    return;
  }
  if (!token_.is_name()) return;
  const SqlRelation name = relation();
  if (!token_.is('(')) group.from = resolve(name);
}

// From a '(' past its ')': the first table in it.
SqlRelation SqlParser::parenthesis(In in) noexcept {
  if (depth_ == kMaxDepth) {
    skip_parentheses();
    return {};
  }
  advance();
  ++depth_;
  const SqlRelation found = query(in);
  --depth_;
  accept(')');
  return found;
}

// WITH name AS (statement), …: makes the names visible to what follows, and with RECURSIVE to all the statements of the
// list. Gives the first of these that writes.
SqlFound SqlParser::with_list() noexcept {
  advance();
  const bool recursive = accept(keyword("recursive"));
  std::uint32_t declared = n_ctes_;
  if (recursive) declare_ctes();
  const std::uint32_t end = n_ctes_;
  SqlFound writes{};
  while (token_.is_name()) {
    const SqlName cte_name = cte_head();
    SqlFound found{};
    if (declared < end) {
      found = read_cte(ctes_[declared++]);
    } else {
      found = cte_body();
      Cte* const added = recursive ? nullptr : add_cte(cte_name);
      if (added != nullptr) added->set(found);
    }
    cte_tail();
    if (writes.operation.empty() && !found.operation.empty() && found.operation != "SELECT") writes = found;
    if (!accept(',')) break;
  }
  return writes;
}

// Puts the names of a list on the stack, and goes back to its begin.
void SqlParser::declare_ctes() noexcept {
  const SqlLexer lexer = lexer_;
  const SqlToken token = token_;
  const SqlToken ahead = ahead_;
  const std::uint32_t first = n_ctes_;
  while (token_.is_name()) {
    const SqlName cte_name = cte_head();
    Cte* const added = token_.is('(') ? add_cte(cte_name) : nullptr;
    if (added == nullptr) break;
    added->body = token_.text.data();
    skip_parentheses();
    cte_tail();
    if (!accept(',')) break;
  }
  for (std::uint32_t i = first; i < n_ctes_; ++i) ctes_[i].scope = innermost_;
  lexer_ = lexer;
  token_ = token;
  ahead_ = ahead;
}

// Null if there is no room: the name is then taken for a table.
SqlParser::Cte* SqlParser::add_cte(const SqlName& name) noexcept {
  if (n_ctes_ == kMaxCtes) return nullptr;
  Cte& cte = ctes_[n_ctes_];
  cte.name = name;
  cte.outer = innermost_;
  cte.state = Cte::State::Unread;
  innermost_ = n_ctes_++;
  return &cte;
}

SqlName SqlParser::cte_head() noexcept {
  const SqlName cte_name = name();
  if (token_.is('(')) skip_parentheses();  // column names
  accept(keyword("as"));
  accept(keyword("not"));
  accept(keyword("materialized"));
  return cte_name;
}

void SqlParser::cte_tail() noexcept {
  if (accept(keyword("search"))) {
    skip_to(keyword("set"));
    advance();
  }
  if (accept(keyword("cycle"))) {
    skip_to(keyword("using"));
    advance();
  }
}

SqlFound SqlParser::cte_body() noexcept {
  if (!accept('(')) return {};
  const SqlFound found = inner_statement();
  skip_to_close();
  return found;
}

// The statement that we are at, of a CTE that was declared.
SqlFound SqlParser::read_cte(Cte& cte) noexcept {
  if (cte.state == Cte::State::Read) {  // one before it has named it
    skip_parentheses();
    return {{cte.operation, cte.operation_size}, cte.source};
  }
  cte.state = Cte::State::Reading;
  const SqlFound found = cte_body();
  cte.set(found);
  return found;
}

// The statement of a CTE that stands further on, as it sees it.
SqlFound SqlParser::read_ahead(Cte& cte) noexcept {
  const SqlLexer lexer = lexer_;
  const SqlToken token = token_;
  const SqlToken ahead = ahead_;
  const std::size_t brackets = brackets_;
  const bool query_seen = query_seen_;
  const std::uint32_t innermost = innermost_;

  lexer_.seek(cte.body);
  ahead_ = lexer_.next();
  advance();
  brackets_ = 0;
  innermost_ = cte.scope;
  const SqlFound found = read_cte(cte);

  lexer_ = lexer;
  token_ = token;
  ahead_ = ahead;
  brackets_ = brackets;
  query_seen_ = query_seen;
  innermost_ = innermost;
  return found;
}

// The name of a CTE stands for the table that its query reads; in that query itself for none. Of several CTEs of one
// name the innermost visible one counts. A qualified name never means a CTE.
SqlRelation SqlParser::resolve(const SqlRelation& name) noexcept {
  if (name.size != 1) return name;
  for (std::uint32_t i = innermost_; i != kNone; i = ctes_[i].outer) {
    Cte& cte = ctes_[i];
    if (!same_name(cte.name, name.parts[0])) continue;
    if (cte.state == Cte::State::Reading) return {};
    return cte.state == Cte::State::Read ? cte.source : read_ahead(cte).table;
  }
  return name;
}

}  // namespace vitals::detail
