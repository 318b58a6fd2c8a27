#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include <vitals/redis.hpp>

#include "database.hpp"
#include "page.hpp"
#include "tokens.hpp"

namespace clinic {

/// Appointments and the schedule made of them. Both lists are cached in Redis as finished JSON, and a new appointment
/// makes the cache forget them. Members answer JSON, or throw Problem. Thread-safe.
class Appointments {
 public:
  Appointments(Database& database, vitals::Cache& cache);

  /// The appointments of a day, in order of time. If date is empty: of all days, the newest booking first.
  std::string list(User user, const std::string& date, Page page) {
    return get_appointments_(user.workspace_id, date, page.limit, page.offset);
  }
  /// The week around a date. If date is empty: around the appointment that was booked last. Of one therapist, or of all
  /// if therapist_id is 0.
  std::string schedule(User user, const std::string& date, int therapist_id, Page page) {
    return get_schedule_(user.workspace_id, date, therapist_id, page.limit, page.offset);
  }
  std::string find(User user, std::int64_t id);
  std::string create(User user, const nlohmann::json& input);

 private:
  std::string fetch_appointments(int workspace_id, const std::string& date, Page page);
  std::string fetch_schedule(int workspace_id, const std::string& date, int therapist_id, Page page);

  Database& database_;
  vitals::Cache& cache_;
  vitals::CachedFunction<std::string(int, const std::string&, int, int)> get_appointments_;
  vitals::CachedFunction<std::string(int, const std::string&, int, int, int)> get_schedule_;
};

}  // namespace clinic
