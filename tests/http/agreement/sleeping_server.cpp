// A service that does nothing but wait, for agreement_test.py and truth_test.py: each request sleeps one of a fixed
// series of times that are spread as those of real services are, and fails if its path begins with /fail. It says at
// which port it listens, and at which its endpoint, and ends with its standard input.
#include <chrono>
#include <iostream>
#include <mutex>
#include <random>
#include <thread>

#include <httplib.h>
#include <sys/socket.h>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/vitals.hpp>

namespace {

using httplib::Request;
using httplib::Response;

constexpr int kThreads = 160;  // more than any client has connections: nobody waits for one
constexpr int kBacklog = 1024;

// Lognormal around 200 ms, up to 400: long against what a client waits for its own CPU, and the longest shorter than
// twice the mean (agreement_test.py says why).
class Durations {
 public:
  std::chrono::duration<double, std::milli> next() {
    const std::lock_guard lock{mutex_};
    double ms = 0;
    do ms = spread_(random_);
    while (ms > 400);
    return std::chrono::duration<double, std::milli>{ms};
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 random_{1};
  std::lognormal_distribution<double> spread_{std::log(200), 0.3};
};

void add_routes(httplib::Server& server, Durations& durations) {
  const auto answer = [&durations](const Request& request, Response& response) {
    std::this_thread::sleep_for(durations.next());
    if (request.path.starts_with("/fail")) response.status = 500;
    response.set_content("{}", "application/json");
  };
  server.Get("/.*", answer);
}

}  // namespace

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/*", "/fail/{id}"}}};
  Durations durations;
  httplib::Server server;
  vitals::instrument(server, http);
  vitals::mount(server, registry);
  const vitals::Endpoint endpoint{registry, {.port = 0}};
  add_routes(server, durations);

  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_keep_alive_max_count(1'000'000);
  server.set_tcp_nodelay(true);
  int listening = -1;
  server.set_socket_options([&](int socket) { listening = socket; });
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) return std::cerr << "can't listen\n", 1;
  listen(listening, kBacklog);  // httplib lets 5 connections wait: the next ones of a burst would come a second late
  std::thread listener{[&server] { server.listen_after_bind(); }};
  std::cout << port << ' ' << endpoint.port() << std::endl;
  std::cin.get();
  server.stop();
  listener.join();
}
