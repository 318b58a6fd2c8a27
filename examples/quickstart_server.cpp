// The README's server. While it runs:  curl http://127.0.0.1:8080/hello/you; curl http://127.0.0.1:9464/metrics
#include <httplib.h>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::Endpoint endpoint{registry, {.port = 9464}};
  vitals::HttpMetrics http{registry, {.routes = {"/hello/{name}"}}};

  httplib::Server server;
  server.set_tcp_nodelay(true);      // else a client that keeps its connection waits 40 ms for each small answer
  vitals::instrument(server, http);  // counts and times every request
  server.Get("/hello/([^/]+)", [](const httplib::Request& request, httplib::Response& response) {
    response.set_content("Hello, " + request.matches[1].str() + "\n", "text/plain");
  });
  server.listen("127.0.0.1", 8080);
}
