#include <algorithm>

#include "core/text/query_types.hpp"
#include "postgres/sql/sql_parser.hpp"

// Statements: the verb, and the table that the statement is about.
namespace vitals::detail {

namespace {

// Of each operation with a verb of its own. SELECT has several, and BATCH, EMPTY and OTHER have none.
constexpr auto kVerbs = [] {
  std::array<std::uint64_t, kQueryVerbs> verbs{};
  std::transform(kQueryTypes.begin(), kQueryTypes.begin() + kQueryVerbs, verbs.begin(), keyword);
  return verbs;
}();

// The operation of a verb. Verbs of the same meaning have one operation.
std::string_view operation_of(std::uint64_t verb) noexcept {
  switch (verb) {
    case keyword("start"):
      return "BEGIN";
    case keyword("end"):
      return "COMMIT";
    case keyword("abort"):
      return "ROLLBACK";
    case keyword("analyse"):
      return "ANALYZE";
    default:
      break;
  }
  const auto found = std::find(kVerbs.begin(), kVerbs.end(), verb);
  return found == kVerbs.end() ? "OTHER" : kQueryTypes[static_cast<std::size_t>(found - kVerbs.begin())];
}

bool begins_query(const SqlToken& token) noexcept {
  switch (token.keyword) {
    case keyword("select"):
    case keyword("values"):
    case keyword("table"):
    case keyword("with"):
      return true;
    default:
      return token.is('(');
  }
}

// What may stand between CREATE, ALTER or DROP and the kind of object.
bool is_modifier(std::uint64_t word) noexcept {
  constexpr std::array kModifiers = {keyword("or"),         keyword("replace"),      keyword("global"),
                                     keyword("local"),      keyword("temp"),         keyword("temporary"),
                                     keyword("unlogged"),   keyword("unique"),       keyword("recursive"),
                                     keyword("constraint"), keyword("materialized"), keyword("foreign")};
  return std::find(kModifiers.begin(), kModifiers.end(), word) != kModifiers.end();
}

}  // namespace

// A write inside WITH must not count as a SELECT.
SqlFound SqlParser::statement() noexcept {
  const std::uint32_t outer_ctes = n_ctes_;
  const std::uint32_t outer = innermost_;
  SqlFound writes{};
  if (token_.keyword == keyword("with")) writes = with_list();
  const SqlFound found = verb();
  n_ctes_ = outer_ctes;
  innermost_ = outer;
  return !writes.operation.empty() && found.operation == "SELECT" ? writes : found;
}

// The statement inside another one. It counts as a level of depth, because EXPLAIN nests without parentheses.
SqlFound SqlParser::inner_statement() noexcept {
  if (depth_ == kMaxDepth) return {};
  ++depth_;
  const SqlFound found = statement();
  --depth_;
  return found;
}

SqlFound SqlParser::verb() noexcept {
  if (begins_query(token_)) return query_statement();
  const std::uint64_t verb = token_.keyword;
  const std::string_view operation = operation_of(verb);
  if (operation == "OTHER") return {operation, {}};
  advance();
  return {operation, table_of(verb)};
}

SqlFound SqlParser::query_statement() noexcept {
  query_seen_ = false;
  const SqlRelation table = query(In::Expression);
  return query_seen_ ? SqlFound{"SELECT", table} : SqlFound{"OTHER", {}};
}

// The table of a statement whose verb was read.
SqlRelation SqlParser::table_of(std::uint64_t verb) noexcept {
  switch (verb) {
    case keyword("insert"):
    case keyword("merge"):
      accept(keyword("into"));
      return target();
    case keyword("delete"):
      accept(keyword("from"));
      return target();
    case keyword("update"):
      return target();
    case keyword("truncate"):
    case keyword("lock"):
      accept(keyword("table"));
      return target();
    case keyword("copy"):
      return copy_target();
    case keyword("vacuum"):
    case keyword("analyze"):
    case keyword("analyse"):
    case keyword("cluster"):
    case keyword("reindex"):
    case keyword("refresh"):
      return maintenance_target(verb);
    case keyword("create"):
      return definition_target(true);
    case keyword("alter"):
    case keyword("drop"):
      return definition_target(false);
    case keyword("grant"):
    case keyword("revoke"):
      return privilege_target();
    case keyword("comment"):
      return comment_target();
    case keyword("explain"):
      return explain_target();
    case keyword("prepare"):
      skip_to(keyword("as"));
      return inner_statement().table;
    case keyword("declare"):
      skip_to(keyword("for"));
      return inner_statement().table;
    default:
      return {};
  }
}

SqlRelation SqlParser::maintenance_target(std::uint64_t verb) noexcept {
  if (token_.is('(')) skip_parentheses();  // options
  if (verb == keyword("reindex")) {
    if (!accept(keyword("table"))) return {};
  } else if (verb == keyword("refresh")) {
    accept(keyword("materialized"));
    accept(keyword("view"));
  }
  while (accept(keyword("full")) || accept(keyword("freeze")) || accept(keyword("verbose")) ||
         accept(keyword("analyze")) || accept(keyword("analyse")) || accept(keyword("concurrently"))) {
  }
  const SqlRelation name = target();
  // CLUSTER index ON table: the old spelling.
  return verb == keyword("cluster") && accept(keyword("on")) ? relation() : name;
}

// CREATE, ALTER and DROP: the table or view itself, or the table that a trigger, policy, rule or index belongs to.
SqlRelation SqlParser::definition_target(bool create) noexcept {
  while (is_modifier(token_.keyword)) advance();
  const std::uint64_t kind = token_.keyword;
  advance();
  switch (kind) {
    case keyword("table"):
    case keyword("view"):
      if (accept(keyword("if"))) skip_to(keyword("exists"));
      return token_.keyword == keyword("all") ? SqlRelation{} : target();  // ALTER TABLE ALL IN TABLESPACE
    case keyword("trigger"):
    case keyword("policy"):
      skip_to(keyword("on"));
      return target();
    case keyword("rule"):
      skip_to(create ? keyword("to") : keyword("on"));
      return target();
    case keyword("index"):
    case keyword("statistics"):
      if (!create) return {};
      skip_to(kind == keyword("index") ? keyword("on") : keyword("from"));
      return target();
    default:
      return {};
  }
}

// … ON [TABLE] name TO role. Another kind of object has its word between ON and the name.
SqlRelation SqlParser::privilege_target() noexcept {
  skip_to(keyword("on"));
  if (accept(keyword("table"))) return relation();
  const SqlRelation name = relation();
  const bool is_kind = token_.is_name() && token_.keyword != keyword("to") && token_.keyword != keyword("from");
  return is_kind || token_.kind == SqlToken::Kind::Literal ? SqlRelation{} : name;
}

SqlRelation SqlParser::comment_target() noexcept {
  accept(keyword("on"));
  if (!accept(keyword("materialized"))) accept(keyword("foreign"));
  const std::uint64_t kind = token_.keyword;
  advance();
  switch (kind) {
    case keyword("table"):
    case keyword("view"):
      return relation();
    case keyword("column"): {
      SqlRelation name = relation();
      if (name.size > 0) --name.size;
      return name;
    }
    case keyword("trigger"):
    case keyword("policy"):
    case keyword("rule"):
    case keyword("constraint"):
      skip_to(keyword("on"));
      return token_.keyword == keyword("domain") ? SqlRelation{} : relation();
    default:
      return {};
  }
}

SqlRelation SqlParser::copy_target() noexcept {
  if (accept('(')) return inner_statement().table;
  if (token_.keyword == keyword("binary") && ahead_.keyword != keyword("from") && ahead_.keyword != keyword("to"))
    advance();
  return relation();
}

SqlRelation SqlParser::explain_target() noexcept {
  if (token_.is('(') && !begins_query(ahead_)) skip_parentheses();  // options
  while (accept(keyword("analyze")) || accept(keyword("analyse")) || accept(keyword("verbose"))) {
  }
  return inner_statement().table;
}

}  // namespace vitals::detail
