// Starts an endpoint, scrapes it over a socket, and stops it.
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "check.hpp"

namespace {

std::string get(std::uint16_t port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(fd >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  CHECK(send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n = 0; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  close(fd);
  return answer;
}

}  // namespace

int main() {
  vitals::Registry registry;
  registry.counter("a_total", "A.").inc(3);
  vitals::HttpMetrics http{registry, {.routes = {"/clients/{id}"}}};
  http.start("GET", "/clients/7").finish(200);
  {
    vitals::Endpoint endpoint{registry, {.address = "127.0.0.1", .port = 0}};
    for (int i = 0; i < 10; ++i) {
      const std::string answer = get(endpoint.port(), "/metrics");
      CHECK(contains(answer, "HTTP/1.1 200 OK\r\n"));
      CHECK(contains(answer, "\na_total 3\n"));
      CHECK(contains(answer, "http_requests_total{method=\"GET\",endpoint=\"/clients/{id}\",status=\"200\"} 1\n"));
    }
  }
  vitals::Endpoint again{registry, {.address = "127.0.0.1", .port = 0}};
  CHECK(contains(get(again.port(), "/-/healthy"), "HTTP/1.1 200 OK\r\n"));
  std::puts("works");
}
