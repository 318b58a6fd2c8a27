// A service made with POCO Net that counts and times its requests and serves the metrics itself.
#include <chrono>
#include <csignal>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include <Poco/Net/HTTPServer.h>
#include <Poco/StreamCopier.h>

#include <vitals/http/poco.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace Poco::Net;
using namespace std::chrono_literals;

struct Handler : HTTPRequestHandler {
  using Function = std::function<void(HTTPServerRequest&, HTTPServerResponse&)>;
  explicit Handler(Function function) : function_{std::move(function)} {}
  void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
    function_(request, response);
  }

 private:
  Function function_;
};

void reply(HTTPServerResponse& response, HTTPResponse::HTTPStatus status, const std::string& body) {
  response.setStatusAndReason(status);
  response.setContentType("text/plain");
  response.sendBuffer(body.data(), body.size());
}

Handler::Function always(HTTPResponse::HTTPStatus status, const std::string& body) {
  return [=](auto&, auto& response) { reply(response, status, body); };
}

void create_user(HTTPServerRequest& request, HTTPServerResponse& response) {
  std::string body;
  Poco::StreamCopier::copyToString(request.stream(), body);
  reply(response, HTTPResponse::HTTP_CREATED, std::to_string(body.size()));
}

void stream(HTTPServerRequest&, HTTPServerResponse& response) {
  response.setChunkedTransferEncoding(true);
  std::ostream& out = response.send();
  for (int i = 0; i < 5 && out; ++i) {
    std::this_thread::sleep_for(20ms);
    out << std::string(1'000, 'x') << std::flush;
  }
}

void slow(HTTPServerRequest&, HTTPServerResponse& response) {
  std::this_thread::sleep_for(300ms);
  reply(response, HTTPResponse::HTTP_OK, std::string(1 << 20, 'x'));
}

struct Router : HTTPRequestHandlerFactory {
  HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override {
    return new Handler{route(request.getMethod(), request.getURI().substr(0, request.getURI().find('?')))};
  }

  static Handler::Function route(const std::string& method, const std::string& path) {
    const bool is_user = path.starts_with("/users/") && path.find('/', 7) == path.npos;
    if (path == "/users" && method == "POST") return create_user;
    if (path == "/users" || (is_user && method != "GET" && method != "HEAD"))
      return always(HTTPResponse::HTTP_METHOD_NOT_ALLOWED, "");
    if (path == "/users/0") return always(HTTPResponse::HTTP_NOT_FOUND, "");
    if (is_user) return always(HTTPResponse::HTTP_OK, "user " + path.substr(7) + '\n');
    if (path == "/fail") return always(HTTPResponse::HTTP_INTERNAL_SERVER_ERROR, "");
    if (path == "/throw") return [](auto&, auto&) { throw std::runtime_error{"no such luck"}; };
    if (path == "/stream") return stream;
    if (path == "/slow") return slow;
    return always(HTTPResponse::HTTP_NOT_FOUND, "");
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_poco PORT\n", 2;
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
  // [example]
  HTTPServer server{vitals::instrument(vitals::mount(new Router, registry), http),
                    ServerSocket{SocketAddress{"127.0.0.1", argv[1]}}, new HTTPServerParams};
  // [example]
  server.start();
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  server.stopAll(true);
}
