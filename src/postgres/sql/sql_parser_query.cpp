#include "postgres/sql/sql_parser.hpp"

// Queries: the table that a SELECT, with its FROM and its WITH, reads first.
namespace vitals::detail {

// Reads a query, or whatever else stands in parentheses, up to the ')' or ';' behind it. Gives the first table of its
// FROM, or else the first table of a query inside it.
SqlRelation SqlParser::query(In in) noexcept {
  Group group;
  const std::size_t outer_ctes = n_ctes_;
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

// WITH name AS (statement), …: makes the names visible to what follows. Gives the first of the statements that writes.
SqlFound SqlParser::with_list() noexcept {
  advance();
  const bool recursive = accept(keyword("recursive"));
  SqlFound writes{};
  while (token_.is_name()) {
    const SqlFound found = cte(recursive);
    if (writes.operation.empty() && !found.operation.empty() && found.operation != "SELECT") writes = found;
    if (!accept(',')) break;
  }
  return writes;
}

SqlFound SqlParser::cte(bool recursive) noexcept {
  const SqlName cte_name = name();
  if (token_.is('(')) skip_parentheses();  // column names
  accept(keyword("as"));
  accept(keyword("not"));
  accept(keyword("materialized"));

  const bool is_kept = n_ctes_ < kMaxCtes;
  const std::size_t index = n_ctes_;
  if (recursive && is_kept) ctes_[n_ctes_++] = {cte_name, {}};  // names itself, and that is no table
  SqlFound found{};
  if (accept('(')) {
    found = inner_statement();
    skip_to_close();
  }
  if (is_kept) {
    ctes_[index] = {cte_name, found.table};
    n_ctes_ = index + 1;
  }
  if (accept(keyword("search"))) {
    skip_to(keyword("set"));
    advance();
  }
  if (accept(keyword("cycle"))) {
    skip_to(keyword("using"));
    advance();
  }
  return found;
}

// The name of a CTE stands for the table that its query reads. Of several CTEs of one name the innermost visible one
// counts. A qualified name never means a CTE.
SqlRelation SqlParser::resolve(const SqlRelation& name) const noexcept {
  if (name.size == 1) {
    for (std::size_t i = n_ctes_; i-- > 0;) {
      if (same_name(ctes_[i].name, name.parts[0])) return ctes_[i].source;
    }
  }
  return name;
}

}  // namespace vitals::detail
