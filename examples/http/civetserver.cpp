// A service made with CivetWeb's C++ interface, CivetServer, that counts and times its requests and serves the metrics
// itself.
#include <chrono>
#include <csignal>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <CivetServer.h>

#include <vitals/http/civetweb.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace std::chrono_literals;

void answer(mg_connection* connection, int status, const std::string& body) {
  vitals::start_response(connection, status);
  mg_response_header_add(connection, "Content-Length", std::to_string(body.size()).c_str(), -1);
  mg_response_header_send(connection);
  if (mg_get_request_info(connection)->request_method == std::string_view{"HEAD"}) return;
  const bool is_whole = mg_write(connection, body.data(), body.size()) == static_cast<int>(body.size());
  is_whole ? vitals::request_of(connection).bytes_out(body.size()) : vitals::request_of(connection).abandon();
}

// Handlers return true, which tells no status: start_response() does.
struct Get : CivetHandler {
  explicit Get(std::function<void(mg_connection*)> of) : handle{std::move(of)} {}
  bool handleGet(CivetServer*, mg_connection* connection) override {
    try {
      handle(connection);
    } catch (const std::exception&) {
      answer(connection, 500, "");
      vitals::request_of(connection).fail();
    }
    return true;
  }
  bool handleHead(CivetServer* server, mg_connection* connection) override { return handleGet(server, connection); }
  std::function<void(mg_connection*)> handle;
};

struct AddUser : CivetHandler {
  bool handlePost(CivetServer*, mg_connection* connection) override {
    answer(connection, 201, std::to_string(CivetServer::getPostData(connection).size()));
    return true;
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_civetserver PORT\n", 2;
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);

  Get user{[](mg_connection* connection) {
    const std::string id = mg_get_request_info(connection)->local_uri + std::string_view{"/users/"}.size();
    id == "0" ? answer(connection, 404, "no such user\n") : answer(connection, 200, "user " + id + "\n");
  }};
  AddUser add_user;
  // Its status is nowhere to be seen, and counts as `_OTHER`.
  Get fail{[](mg_connection* connection) { mg_printf(connection, "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"); }};
  Get throws{[](mg_connection*) { throw std::runtime_error{"no such luck"}; }};
  Get stream{[](mg_connection* connection) {
    vitals::start_response(connection, 200);
    mg_response_header_add(connection, "Transfer-Encoding", "chunked", -1);
    mg_response_header_send(connection);
    for (int i = 0; i < 5; ++i, std::this_thread::sleep_for(20ms)) {
      if (mg_send_chunk(connection, std::string(1'000, 'x').data(), 1'000) < 0)
        vitals::request_of(connection).abandon();
      vitals::request_of(connection).bytes_out(1'000);
    }
    mg_send_chunk(connection, "", 0);
  }};
  Get slow{[](mg_connection* connection) {
    std::this_thread::sleep_for(300ms);
    answer(connection, 200, std::string(1 << 20, 'x'));
  }};

  vitals::Registry registry;
  vitals::HttpOptions counted{.routes = {"/users/{id}", "POST /users", "/fail", "/throw", "/stream", "/slow"}};
  counted.time_to_first_byte = counted.sizes = counted.exceptions = counted.aborts = counted.exemplars = true;
  vitals::HttpMetrics http{registry, counted};
  CivetCallbacks callbacks;
  vitals::instrument(callbacks, http);
  const std::string address = std::string{"127.0.0.1:"} + argv[1];
  CivetServer server{{"listening_ports", address, "enable_keep_alive", "yes", "keep_alive_timeout_ms", "5000"},
                     &callbacks};
  server.addHandler("/users/*$", user);
  server.addHandler("/users$", add_user);
  server.addHandler("/fail$", fail);
  server.addHandler("/throw$", throws);
  server.addHandler("/stream$", stream);
  server.addHandler("/slow$", slow);
  vitals::mount(server.getContext(), registry);

  std::cout << "listening on http://" << address << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
}
