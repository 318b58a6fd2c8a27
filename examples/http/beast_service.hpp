#pragma once

// What the three services made with Boost.Beast answer; how they read and write is what they differ in.

#include <stdexcept>
#include <string>
#include <string_view>

#include <boost/beast/http.hpp>

#include <vitals/http/beast.hpp>
#include <vitals/vitals.hpp>

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

struct Service {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry,
                              {.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"},
                               .time_to_first_byte = true,
                               .sizes = true,
                               .exceptions = true,
                               .aborts = true,
                               .exemplars = true}};
};

inline std::string_view path_of(const Request& request) {
  const std::string_view target{request.target().data(), request.target().size()};
  return target.substr(0, target.find('?'));
}

inline Response reply(const Request& request, http::status status, std::string body) {
  Response response{status, request.version()};
  response.set(http::field::content_type, "text/plain");
  response.keep_alive(request.keep_alive());
  response.body() = std::move(body);
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

// The header of an answer in five chunks.
inline http::response<http::empty_body> stream_head(const Request& request) {
  http::response<http::empty_body> response{http::status::ok, request.version()};
  response.set(http::field::content_type, "text/plain");
  response.keep_alive(request.keep_alive());
  response.chunked(true);
  return response;
}

inline Response handle(const Request& request, Service& service) {
  const std::string_view path = path_of(request);
  const bool is_get = request.method() == http::verb::get || request.method() == http::verb::head;
  // [example]
  if (path == "/metrics") return vitals::scrape(service.registry, request);
  // [example]
  if (path == "/users") {
    if (request.method() != http::verb::post) return reply(request, http::status::method_not_allowed, "");
    return reply(request, http::status::created, std::to_string(request.body().size()) + '\n');
  }
  if (path.starts_with("/users/") && path.find('/', 7) == path.npos) {
    if (!is_get) return reply(request, http::status::method_not_allowed, "");
    const std::string id{path.substr(7)};
    if (id == "0") return reply(request, http::status::not_found, "no such user\n");
    return reply(request, http::status::ok, "user " + id + '\n');
  }
  if (path == "/slow") return reply(request, http::status::ok, std::string(1 << 20, 's'));
  if (path == "/fail") return reply(request, http::status::internal_server_error, "failed\n");
  if (path == "/throw") throw std::runtime_error{"thrown"};
  return reply(request, http::status::not_found, "not found\n");
}
