// A service made with cpp-httplib that counts and times its requests and serves the metrics itself.
#include <chrono>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <httplib.h>

#include <vitals/http/httplib.hpp>
#include <vitals/vitals.hpp>

namespace {

using httplib::Request;
using httplib::Response;
using namespace std::chrono_literals;

void add_routes(httplib::Server& server) {
  server.Get("/users/([^/]+)", [](const Request& request, Response& response) {
    if (request.matches[1] == "0") {
      response.status = 404;
    } else {
      response.set_content("user " + request.matches[1].str() + "\n", "text/plain");
    }
  });
  server.Post("/users", [](const Request& request, Response& response) {
    response.status = 201;
    response.set_content(std::to_string(request.body.size()), "text/plain");
  });
  server.Get("/fail", [](const Request&, Response& response) { response.status = 500; });
  server.Get("/throw", [](const Request&, Response&) { throw std::runtime_error{"no such luck"}; });
  server.Get("/stream", [](const Request&, Response& response) {
    response.set_chunked_content_provider("text/plain", [n = 0](std::size_t, httplib::DataSink& sink) mutable {
      if (n++ > 0) std::this_thread::sleep_for(20ms);
      const std::string chunk(1'000, 'x');
      const bool written = sink.write(chunk.data(), chunk.size());
      if (n == 5) sink.done();
      return written;
    });
  });
  server.Get("/slow", [](const Request&, Response& response) {
    std::this_thread::sleep_for(300ms);
    response.set_content(std::string(1 << 20, 'x'), "text/plain");
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_httplib PORT\n", 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  vitals::Registry registry;
  vitals::HttpOptions counted{.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"}};
  counted.time_to_first_byte = counted.sizes = counted.exceptions = counted.aborts = counted.exemplars = true;
  vitals::HttpMetrics http{registry, counted};
  // [example]
  httplib::Server server;
  vitals::instrument(server, http,
                     {.exception = [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
                       response.status = 500;
                     }});
  vitals::mount(server, registry);
  // [example]
  add_routes(server);

  if (!server.bind_to_port("127.0.0.1", std::stoi(argv[1])))
    return std::cerr << "can't listen on port " << argv[1] << '\n', 1;
  std::thread listener{[&server] { server.listen_after_bind(); }};
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server.stop();
  listener.join();
}
