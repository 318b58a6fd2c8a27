#include "queries.hpp"

namespace clinic {
namespace {

const std::string kSelectAppointments = R"(
SELECT a.id, a.client_id, c.name AS client, a.service_id, s.name AS service, a.therapist_id,
       to_char(a.start_time, 'YYYY-MM-DD"T"HH24:MI:SS') AS start_time, a.duration_minutes, a.status
FROM appointments a JOIN clients c ON c.id = a.client_id JOIN services s ON s.id = a.service_id
WHERE a.workspace_id = $1)";

const std::string kInTime = R"(
ORDER BY a.start_time, a.id DESC LIMIT $2 OFFSET $3)";

// The week around the date $4, or around the appointment booked last if that is empty.
const std::string kWithWeek = R"(
WITH week AS (
  SELECT date_trunc('week', coalesce(nullif($4, '')::timestamp,
    (SELECT start_time FROM appointments WHERE workspace_id = $1 ORDER BY id DESC LIMIT 1))) AS monday))";

const std::string kInWeek = R"(
  AND a.start_time >= (SELECT monday FROM week) AND a.start_time < (SELECT monday + interval '7 days' FROM week))";

const std::string kSelectSessions = R"(
SELECT id, appointment_id, notes, to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS') AS created_at
FROM sessions WHERE workspace_id = $1)";

}  // namespace

namespace queries {

const Query kHealth{"health", "SELECT 1"};

const Query kUserByEmail{"user_by_email", "SELECT id, workspace_id, password_hash FROM users WHERE email = $1"};

const Query kUserById{"user_by_id", R"(
SELECT u.id, u.email, u.name, u.workspace_id, w.name AS workspace
FROM users u JOIN workspaces w ON w.id = u.workspace_id WHERE u.id = $1)"};

const Query kClients{"clients", R"(
SELECT id, name, email, phone, therapist_id FROM clients
WHERE workspace_id = $1 AND is_active ORDER BY id LIMIT $2 OFFSET $3)"};

const Query kClient{"client", R"(
SELECT c.id, c.name, c.email, c.phone, c.is_active, c.therapist_id, t.name AS therapist
FROM clients c JOIN therapists t ON t.id = c.therapist_id
WHERE c.workspace_id = $1 AND c.id = $2)"};

const Query kClientExists{"client_exists", "SELECT FROM clients WHERE workspace_id = $1 AND id = $2"};

const Query kServices{"services", R"(
SELECT id, name, duration_minutes, price_cents FROM services
WHERE workspace_id = $1 ORDER BY id LIMIT $2 OFFSET $3)"};

const Query kNewestAppointments{"newest_appointments", kSelectAppointments + R"(
ORDER BY a.id DESC LIMIT $2 OFFSET $3)"};

const Query kAppointmentsOfDay{"appointments_of_day", kSelectAppointments + R"(
  AND a.start_time >= $4::date AND a.start_time < $4::date + 1)" +
                                                          kInTime};

const Query kSchedule{"schedule", kWithWeek + kSelectAppointments + kInWeek + kInTime};

const Query kScheduleOfTherapist{"schedule_of_therapist",
                                 kWithWeek + kSelectAppointments + kInWeek + " AND a.therapist_id = $5" + kInTime};

const Query kAppointment{"appointment", kSelectAppointments + " AND a.id = $2"};

// The client's own therapist takes the appointment. No row: there is no such client, or no such service.
const Query kInsertAppointment{"insert_appointment", R"(
INSERT INTO appointments (workspace_id, client_id, service_id, therapist_id, start_time, duration_minutes)
SELECT c.workspace_id, c.id, s.id, c.therapist_id, $4::timestamp, $5
FROM clients c JOIN services s ON s.workspace_id = c.workspace_id
WHERE c.workspace_id = $1 AND c.id = $2 AND s.id = $3
RETURNING id, client_id, service_id, therapist_id,
          to_char(start_time, 'YYYY-MM-DD"T"HH24:MI:SS') AS start_time, duration_minutes, status)"};

const Query kSessions{"sessions", kSelectSessions + " ORDER BY id DESC LIMIT $2 OFFSET $3"};

const Query kSessionsOfAppointment{"sessions_of_appointment",
                                   kSelectSessions + " AND appointment_id = $4 ORDER BY id DESC LIMIT $2 OFFSET $3"};

// No row: there is no such appointment.
const Query kInsertSession{"insert_session", R"(
INSERT INTO sessions (workspace_id, appointment_id, notes)
SELECT workspace_id, id, $3 FROM appointments WHERE workspace_id = $1 AND id = $2
RETURNING id, appointment_id, notes, to_char(created_at, 'YYYY-MM-DD"T"HH24:MI:SS') AS created_at)"};

const std::vector<const Query*>& all() {
  static const std::vector<const Query*> kAll{&kHealth,
                                              &kUserByEmail,
                                              &kUserById,
                                              &kClients,
                                              &kClient,
                                              &kClientExists,
                                              &kServices,
                                              &kNewestAppointments,
                                              &kAppointmentsOfDay,
                                              &kSchedule,
                                              &kScheduleOfTherapist,
                                              &kAppointment,
                                              &kInsertAppointment,
                                              &kSessions,
                                              &kSessionsOfAppointment,
                                              &kInsertSession};
  return kAll;
}

}  // namespace queries

}  // namespace clinic
