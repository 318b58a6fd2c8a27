#include <thread>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  httplib::Server server;
  vitals::instrument(server, http);
  server.Get(R"(/a/(\d+))",
             [](const httplib::Request&, httplib::Response& response) { response.set_content("a", "text/plain"); });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread thread{[&server] { server.listen_after_bind(); }};
  const auto answer = httplib::Client("127.0.0.1", port).Get("/a/1");
  server.stop();
  thread.join();
  return answer && answer->status == 200 && answer->has_header("X-Response-Time") ? 0 : 1;
}
