#pragma once

#include <string>
#include <vector>

namespace clinic {

/// A statement that every connection prepares, so that PostgreSQL plans it once: planning takes longer than running it.
struct Query {
  std::string name;
  std::string sql;
};

/// All SQL of the service but its schema. $1 is the workspace where there is one; lists take limit and offset next.
namespace queries {
extern const Query kHealth;
extern const Query kUserByEmail;            ///< email
extern const Query kUserById;               ///< id
extern const Query kClients;                ///< workspace, limit, offset
extern const Query kClient;                 ///< workspace, id
extern const Query kClientExists;           ///< workspace, id
extern const Query kServices;               ///< workspace, limit, offset
extern const Query kNewestAppointments;     ///< workspace, limit, offset
extern const Query kAppointmentsOfDay;      ///< workspace, limit, offset, date
extern const Query kSchedule;               ///< workspace, limit, offset, date or empty
extern const Query kScheduleOfTherapist;    ///< workspace, limit, offset, date or empty, therapist
extern const Query kAppointment;            ///< workspace, id
extern const Query kInsertAppointment;      ///< workspace, client, service, start, minutes
extern const Query kSessions;               ///< workspace, limit, offset
extern const Query kSessionsOfAppointment;  ///< workspace, limit, offset, appointment
extern const Query kInsertSession;          ///< workspace, appointment, notes

/// All of these.
const std::vector<const Query*>& all();
}  // namespace queries

}  // namespace clinic
