#include "appointments.hpp"

#include <chrono>
#include <limits>

#include "input.hpp"
#include "problem.hpp"
#include "queries.hpp"
#include "rows.hpp"

namespace clinic {
namespace {

constexpr std::chrono::seconds kTimeToLive{600};
constexpr int kMostId = std::numeric_limits<std::int32_t>::max();
constexpr int kLeastMinutes = 5, kMostMinutes = 600;

}  // namespace

Appointments::Appointments(Database& database, vitals::Cache& cache)
    : database_{database},
      cache_{cache},
      get_appointments_{cache.cached("get_appointments",
                                     [this](int workspace_id, const std::string& date, int limit, int offset) {
                                       return fetch_appointments(workspace_id, date, {limit, offset});
                                     },
                                     {.ttl = kTimeToLive})},
      get_schedule_{
          cache.cached("get_schedule",
                       [this](int workspace_id, const std::string& date, int therapist_id, int limit, int offset) {
                         return fetch_schedule(workspace_id, date, therapist_id, {limit, offset});
                       },
                       {.ttl = kTimeToLive})} {}

std::string Appointments::fetch_appointments(int workspace_id, const std::string& date, Page page) {
  const auto rows = date.empty()
                        ? database_.query(queries::kNewestAppointments, workspace_id, page.fetch(), page.offset)
                        : database_.query(queries::kAppointmentsOfDay, workspace_id, page.fetch(), page.offset, date);
  return to_list(rows, page);
}

std::string Appointments::fetch_schedule(int workspace_id, const std::string& date, int therapist_id, Page page) {
  const auto rows =
      therapist_id == 0
          ? database_.query(queries::kSchedule, workspace_id, page.fetch(), page.offset, date)
          : database_.query(queries::kScheduleOfTherapist, workspace_id, page.fetch(), page.offset, date, therapist_id);
  return to_list(rows, page);
}

std::string Appointments::find(User user, std::int64_t id) {
  const auto rows = database_.query(queries::kAppointment, user.workspace_id, id);
  if (rows.empty()) throw not_found("there is no such appointment");
  return to_json(rows[0]);
}

std::string Appointments::create(User user, const nlohmann::json& input) {
  const auto client_id = required_integer(input, "client_id", 1, kMostId);
  const auto service_id = required_integer(input, "service_id", 1, kMostId);
  const auto start_time = parse_time(required_text(input, "start_time", 64), "start_time");
  const auto minutes = required_integer(input, "duration_minutes", kLeastMinutes, kMostMinutes);

  const auto created = database_.transaction([&](auto& transaction) {
    return transaction.exec_prepared(queries::kInsertAppointment.name, user.workspace_id, client_id, service_id,
                                     start_time, minutes);
  });
  if (created.empty()) {
    const bool client_exists = !database_.query(queries::kClientExists, user.workspace_id, client_id).empty();
    throw not_found(client_exists ? "there is no such service" : "there is no such client");
  }
  // After the commit: whoever asks from now on finds the new appointment in the database.
  cache_.invalidate_pattern("get_appointments:*");
  cache_.invalidate_pattern("get_schedule:*");
  return to_json(created[0]);
}

}  // namespace clinic
