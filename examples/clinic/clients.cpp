#include "clients.hpp"

#include "problem.hpp"
#include "queries.hpp"
#include "rows.hpp"

namespace clinic {

std::string Clients::list(User user, Page page) {
  return to_list(database_.query(queries::kClients, user.workspace_id, page.fetch(), page.offset), page);
}

std::string Clients::find(User user, std::int64_t id) {
  const auto rows = database_.query(queries::kClient, user.workspace_id, id);
  if (rows.empty()) throw not_found("there is no such client");
  return to_json(rows[0]);
}

std::string Clients::services(User user, Page page) {
  return to_list(database_.query(queries::kServices, user.workspace_id, page.fetch(), page.offset), page);
}

}  // namespace clinic
