#include "api.hpp"

#include <cstdint>
#include <exception>
#include <limits>
#include <utility>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include "answers.hpp"
#include "input.hpp"
#include "problem.hpp"
#include "queries.hpp"

namespace clinic {
namespace {

using httplib::Request;
using httplib::Response;
using httplib::Server;

std::int64_t parameter(const Request& request, const char* name, std::int64_t least, std::int64_t most,
                       std::int64_t otherwise) {
  if (!request.has_param(name)) return otherwise;
  return parse_integer(request.get_param_value(name), name, least, most);
}

Page page(const Request& request) {
  return {static_cast<int>(parameter(request, "limit", 1, Page::kMostLimit, Page::kDefaultLimit)),
          static_cast<int>(parameter(request, "offset", 0, Page::kMostOffset, 0))};
}

std::string date(const Request& request) {
  return request.has_param("date") ? parse_date(request.get_param_value("date"), "date") : "";
}

// The id at the end of the path. What isn't one names nothing that exists: 404.
std::int64_t id(const Request& request) {
  try {
    return parse_integer(request.matches[1].str(), "id", 1, std::numeric_limits<std::int32_t>::max());
  } catch (const Problem&) {
    throw not_found("there is nothing with such an id");
  }
}

}  // namespace

std::vector<std::string> Api::routes() {
  return {"POST /api/v1/auth/login",   "GET|POST /api/v1/appointments", "GET /api/v1/appointments/{id}",
          "GET /api/v1/schedule",      "GET /api/v1/clients",           "GET /api/v1/clients/{id}",
          "GET|POST /api/v1/sessions", "GET /api/v1/services",          "GET /api/v1/users/me",
          "GET /api/v1/health"};
}

void Api::mount(Server& server) {
  mount_appointments(server);
  mount_others(server);
  mount_login(server);
  mount_health(server);
  server.set_exception_handler([](const Request&, Response& response, const std::exception_ptr& error) {
    answer_problem(response, to_problem(error));
  });
  server.set_error_handler([](const Request&, Response& response) {
    if (response.body.empty()) answer_problem(response, problem_of_status(response.status));
  });
}

Server::Handler Api::authorized(int status, Answer answer) {
  return [this, status, answer = std::move(answer)](const Request& request, Response& response) {
    const User user = users_.authorize(request.get_header_value("Authorization"));
    answer_json(response, status, answer(request, user));
  };
}

void Api::mount_login(Server& server) {
  server.Post("/api/v1/auth/login", [this](const Request& request, Response& response) {
    answer_json(response, 200, users_.log_in(parse_object(request.body)));
  });
  server.Get("/api/v1/users/me", authorized(200, [this](const Request&, const User& user) { return users_.me(user); }));
}

void Api::mount_appointments(Server& server) {
  server.Get("/api/v1/appointments", authorized(200, [this](const Request& request, const User& user) {
               return appointments_.list(user, date(request), page(request));
             }));
  server.Get("/api/v1/schedule", authorized(200, [this](const Request& request, const User& user) {
               const auto therapist_id =
                   parameter(request, "therapist_id", 1, std::numeric_limits<std::int32_t>::max(), 0);
               return appointments_.schedule(user, date(request), static_cast<int>(therapist_id), page(request));
             }));
  server.Get("/api/v1/appointments/([^/]+)", authorized(200, [this](const Request& request, const User& user) {
               return appointments_.find(user, id(request));
             }));
  server.Post("/api/v1/appointments", authorized(201, [this](const Request& request, const User& user) {
                return appointments_.create(user, parse_object(request.body));
              }));
}

void Api::mount_others(Server& server) {
  server.Get("/api/v1/clients", authorized(200, [this](const Request& request, const User& user) {
               return clients_.list(user, page(request));
             }));
  server.Get("/api/v1/clients/([^/]+)", authorized(200, [this](const Request& request, const User& user) {
               return clients_.find(user, id(request));
             }));
  server.Get("/api/v1/services", authorized(200, [this](const Request& request, const User& user) {
               return clients_.services(user, page(request));
             }));
  server.Get("/api/v1/sessions", authorized(200, [this](const Request& request, const User& user) {
               const auto appointment_id =
                   parameter(request, "appointment_id", 1, std::numeric_limits<std::int64_t>::max(), 0);
               return sessions_.list(user, appointment_id, page(request));
             }));
  server.Post("/api/v1/sessions", authorized(201, [this](const Request& request, const User& user) {
                return sessions_.create(user, parse_object(request.body));
              }));
}

// Open to all, as load balancers ask without logging in; it tells no more than whether the database answers.
void Api::mount_health(Server& server) {
  server.Get("/api/v1/health", [this](const Request&, Response& response) {
    database_.query(queries::kHealth);
    answer_json(response, 200, R"({"status":"ok"})");
  });
}

}  // namespace clinic
