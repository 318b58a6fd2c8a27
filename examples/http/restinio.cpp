// A service made with RESTinio that counts and times its requests and serves the metrics itself.
#include <chrono>
#include <csignal>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <restinio/all.hpp>

#include <vitals/http/restinio.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace restinio;
using namespace std::chrono_literals;
using Router = router::express_router_t<>;
using router::any_of_methods;
using router::none_of_methods;
using Timer = asio::steady_timer;

struct Traits : default_traits_t {
  using request_handler_t = Router;  // NOLINT(readability-identifier-naming): RESTinio's name
};

// [example]
request_handling_status_t reply(const request_handle_t& request, vitals::HttpRequest& timed,
                                const http_status_line_t& status, const std::string& body = {}) {
  auto response = request->create_response(status);
  response.append_header("Content-Type", "text/plain").set_body(body);
  return vitals::done(timed, response, body.size());
}
// [example]

// Answers after 300 ms, on a thread of the server.
request_handling_status_t slow(asio::io_context& io, const request_handle_t& request, vitals::HttpRequest& timed) {
  auto timer = std::make_shared<Timer>(io, 300ms);
  timer->async_wait([timer, request, timed = std::move(timed)](const auto&) mutable {
    reply(request, timed, status_ok(), std::string(1 << 20, 'x'));
  });
  return request_accepted();
}

// An answer in parts: a chunk every 20 ms.
struct Stream : std::enable_shared_from_this<Stream> {
  Stream(asio::io_context& io, const request_handle_t& request, vitals::HttpRequest& started)
      : timed{std::move(started)}, response{request->create_response<chunked_output_t>()}, timer{io} {
    vitals::stamp(timed, response);
  }

  void next(int left) {
    if (left == 0) {
      response.done(vitals::written(std::move(timed), 5'000));
      return;
    }
    response.append_chunk(std::string(1'000, 'x')).flush();
    timer.expires_after(20ms);
    timer.async_wait([self = shared_from_this(), left](const auto&) { self->next(left - 1); });
  }

  vitals::HttpRequest timed;
  response_builder_t<chunked_output_t> response;
  Timer timer;
};

std::unique_ptr<Router> make_router(asio::io_context& io, vitals::HttpMetrics& http) {
  auto router = std::make_unique<Router>();
  const auto get = any_of_methods(http_method_get(), http_method_head());
  const auto always = [&http](const http_status_line_t& status) {
    return vitals::metered(http, [status](auto request, auto, auto& timed) { return reply(request, timed, status); });
  };
  router->add_handler(get, "/users/:id", vitals::metered(http, [](auto request, auto params, auto& timed) {
                        const std::string id{params["id"]};
                        if (id == "0") return reply(request, timed, status_not_found());
                        const bool is_head = request->header().method() == http_method_head();
                        return reply(request, timed, status_ok(), is_head ? "" : "user " + id + '\n');
                      }));
  // [example]
  router->http_post("/users", vitals::metered(http, [](auto request, auto, auto& timed) {
                      return reply(request, timed, status_created(), std::to_string(request->body().size()));
                    }));
  // [example]
  router->add_handler(none_of_methods(http_method_post()), "/users", always(status_method_not_allowed()));
  router->http_get("/fail", always(status_internal_server_error()));
  router->http_get("/throw", vitals::metered(http, [](auto, auto, auto&) -> request_handling_status_t {
                     throw std::runtime_error{"no such luck"};
                   }));
  router->http_get("/stream", vitals::metered(http, [&io](auto request, auto, auto& timed) {
                     std::make_shared<Stream>(io, request, timed)->next(5);
                     return request_accepted();
                   }));
  router->http_get("/slow",
                   vitals::metered(http, [&io](auto request, auto, auto& timed) { return slow(io, request, timed); }));
  router->non_matched_request_handler(
      vitals::metered(http, [](auto request, auto& timed) { return reply(request, timed, status_not_found()); }));
  return router;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_restinio PORT\n", 2;
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
  asio::io_context io;  // ends before http, and with it the answers under way
  auto router = make_router(io, http);
  // [example]
  vitals::mount(*router, registry);
  // [example]
  auto server = run_async<Traits>(external_io_context(io),
                                  server_settings_t<Traits>{}
                                      .address("127.0.0.1")
                                      .port(static_cast<std::uint16_t>(std::stoi(argv[1])))
                                      .request_handler(std::move(router)),
                                  2);
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server->stop();
  server->wait();
}
