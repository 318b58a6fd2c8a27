#pragma once

#include <functional>
#include <string>
#include <vector>

#include <httplib.h>

#include "appointments.hpp"
#include "clients.hpp"
#include "sessions.hpp"
#include "users.hpp"

namespace clinic {

/// The clinic's routes: reads requests, asks who is in charge, answers JSON. A mistake of the client gets 4xx with
/// {"error": reason}, an outage of the database 503; nothing that a client sends ends the service.
/// Thread-safe once mounted. Must outlive the server's listening.
class Api {
 public:
  Api(Database& database, vitals::Cache& cache)
      : database_{database},
        appointments_{database, cache},
        clients_{database},
        sessions_{database},
        users_{database} {}

  /// The templates of all routes, for HttpMetrics.
  static std::vector<std::string> routes();

  void mount(httplib::Server& server);

 private:
  using Answer = std::function<std::string(const httplib::Request&, const User&)>;

  void mount_login(httplib::Server& server);
  void mount_appointments(httplib::Server& server);
  void mount_others(httplib::Server& server);
  void mount_health(httplib::Server& server);
  httplib::Server::Handler authorized(int status, Answer answer);

  Database& database_;
  Appointments appointments_;
  Clients clients_;
  Sessions sessions_;
  Users users_;
};

}  // namespace clinic
