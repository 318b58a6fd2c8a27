#include "sessions.hpp"

#include <limits>

#include "input.hpp"
#include "problem.hpp"
#include "queries.hpp"
#include "rows.hpp"

namespace clinic {
namespace {

constexpr std::size_t kMostNotes = 10'000;

}  // namespace

std::string Sessions::list(User user, std::int64_t appointment_id, Page page) {
  const auto rows = appointment_id == 0
                        ? database_.query(queries::kSessions, user.workspace_id, page.fetch(), page.offset)
                        : database_.query(queries::kSessionsOfAppointment, user.workspace_id, page.fetch(), page.offset,
                                          appointment_id);
  return to_list(rows, page);
}

std::string Sessions::create(User user, const nlohmann::json& input) {
  const auto appointment_id = required_integer(input, "appointment_id", 1, std::numeric_limits<std::int64_t>::max());
  const auto notes = optional_text(input, "notes", kMostNotes);
  const auto created = database_.transaction([&](auto& transaction) {
    return transaction.exec_prepared(queries::kInsertSession.name, user.workspace_id, appointment_id, notes);
  });
  if (created.empty()) throw not_found("there is no such appointment");
  return to_json(created[0]);
}

}  // namespace clinic
