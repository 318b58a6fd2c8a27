#include "scenario.hpp"

#include <vector>

#include <fmt/core.h>

namespace clinic_load {
namespace {

constexpr int kClients = 100;
constexpr int kServices = 10;

std::vector<double> weights() {
  std::vector<double> result;
  for (const Route& route : kRoutes) result.push_back(route.weight);
  return result;
}

void add_body(std::string& text, std::string_view body) {
  text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace

Request login_request(std::string_view host) {
  Request request{kLogin, fmt::format("POST /api/v1/auth/login HTTP/1.1\r\nHost: {}\r\n", host)};
  add_body(request.text, R"({"email": "test@pazpaz.com", "password": "testpass"})");
  return request;
}

Scenario::Scenario(std::string_view host, std::string_view token, std::uint64_t seed)
    : headers_{fmt::format(" HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n", host, token)}, random_{seed} {
  const std::vector<double> by_route = weights();
  route_ = std::discrete_distribution<std::size_t>{by_route.begin(), by_route.end()};
}

void Scenario::next(Request& request) {
  request.route = route_(random_);
  const Route& route = kRoutes[request.route];
  request.text.assign(route.method).append(" ");
  if (const auto hole = route.endpoint.find("{id}"); hole != std::string_view::npos) {
    request.text.append(route.endpoint.substr(0, hole)).append(std::to_string(random(1, kClients)));
  } else {
    request.text.append(route.endpoint);
  }
  request.text.append(headers_);
  if (route.method == "POST") {
    add_body(
        request.text,
        fmt::format(
            R"({{"client_id": {}, "service_id": {}, "start_time": "2024-10-25T10:00:00", "duration_minutes": 60}})",
            random(1, kClients), random(1, kServices)));
  } else {
    request.text.append("\r\n");
  }
}

int Scenario::random(int least, int most) { return std::uniform_int_distribution<int>{least, most}(random_); }

}  // namespace clinic_load
