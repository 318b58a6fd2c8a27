// A service made with Pistache that counts and times its requests and serves the metrics itself.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <pistache/endpoint.h>
#include <pistache/router.h>

#include <vitals/http/pistache.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace Pistache;
using Http::Code;
using Rest::Request;
using vitals::MeteredWriter;
using namespace std::chrono_literals;

void user(const Request& request, MeteredWriter writer) {
  const auto id = request.param(":id").as<std::string>();
  if (id == "0") {
    writer.send(Code::Not_Found);
  } else {
    writer.send(Code::Ok, request.method() == Http::Method::Head ? "" : "user " + id + '\n', MIME(Text, Plain));
  }
}

// [example]
void create_user(const Request& request, MeteredWriter writer) {
  writer.send(Code::Created, std::to_string(request.body().size()), MIME(Text, Plain));
}
// [example]

void stream(const Request&, MeteredWriter writer) {
  vitals::MeteredStream out = writer.stream(Code::Ok);
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(20ms);
    out.write(std::string(1'000, 'x'));
    out.flush();
  }
  out.ends();
}

void slow(const Request&, MeteredWriter writer) {
  std::this_thread::sleep_for(300ms);
  writer.send(Code::Ok, std::string(1 << 20, 'x'), MIME(Text, Plain));
}

std::shared_ptr<Rest::Router> make_router() {
  auto router = std::make_shared<Rest::Router>();
  router->get("/users/:id", vitals::metered(user));
  router->head("/users/:id", vitals::metered(user));
  // [example]
  router->post("/users", vitals::metered(create_user));
  // [example]
  router->get("/fail", vitals::metered([](auto&, auto writer) { writer.send(Code::Internal_Server_Error); }));
  router->get("/throw", vitals::metered([](auto&, auto) { throw std::runtime_error{"no such luck"}; }));
  router->get("/stream", vitals::metered(stream));
  router->get("/slow", vitals::metered(slow));
  router->addNotFoundHandler(vitals::metered([](auto&, auto writer) { writer.send(Code::Not_Found); }));
  return router;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_pistache PORT\n", 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  vitals::Registry registry;
  vitals::HttpMetrics http{registry,
                           {.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"},
                            .time_to_first_byte = true,
                            .sizes = true,
                            .exceptions = true,
                            .aborts = true,
                            .exemplars = true}};
  const auto router = make_router();
  // [example]
  vitals::mount(*router, registry);
  // [example]
  Http::Endpoint server{Address{Ipv4::loopback(), Port{static_cast<std::uint16_t>(std::stoi(argv[1]))}}};
  server.init(Http::Endpoint::options().threads(4).flags(Tcp::Options::ReuseAddr));
  // [example]
  server.setHandler(vitals::instrument(router, http));
  // [example]
  server.serveThreaded();
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server.shutdown();
}
