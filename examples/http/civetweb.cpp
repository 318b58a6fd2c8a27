// A service made with CivetWeb's functions that counts and times its requests and serves the metrics itself.
#include <chrono>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <civetweb.h>

#include <vitals/http/civetweb.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace std::chrono_literals;

// [example]
// What CivetWeb doesn't tell of an answer, this does.
int answer(mg_connection* connection, int status, const std::string& body) {
  vitals::start_response(connection, status);
  mg_response_header_add(connection, "Content-Type", "text/plain", -1);
  mg_response_header_add(connection, "Content-Length", std::to_string(body.size()).c_str(), -1);
  mg_response_header_send(connection);
  if (mg_get_request_info(connection)->request_method == std::string_view{"HEAD"}) return status;
  const bool is_whole = mg_write(connection, body.data(), body.size()) == static_cast<int>(body.size());
  is_whole ? vitals::request_of(connection).bytes_out(body.size()) : vitals::request_of(connection).abandon();
  return status;
}
// [example]

int user(mg_connection* connection, void*) {
  const std::string id = mg_get_request_info(connection)->local_uri + std::string_view{"/users/"}.size();
  return id == "0" ? answer(connection, 404, "no such user\n") : answer(connection, 200, "user " + id + "\n");
}

int add_user(mg_connection* connection, void*) {
  if (mg_get_request_info(connection)->request_method != std::string_view{"POST"}) return answer(connection, 405, "");
  std::string body(10'000, '\0');
  return answer(connection, 201, std::to_string(mg_read(connection, body.data(), body.size())));
}

int fail(mg_connection* connection, void*) { return answer(connection, 500, ""); }

// CivetWeb doesn't survive an exception that leaves a handler.
int throws(mg_connection* connection, void*) {
  try {
    throw std::runtime_error{"no such luck"};
  } catch (...) {
    answer(connection, 500, "");
    vitals::request_of(connection).fail();
    return 500;
  }
}

int stream(mg_connection* connection, void*) {
  vitals::start_response(connection, 200);
  mg_response_header_add(connection, "Transfer-Encoding", "chunked", -1);
  mg_response_header_send(connection);
  const std::string chunk(1'000, 'x');
  for (int i = 0; i < 5; ++i, std::this_thread::sleep_for(20ms)) {
    if (mg_send_chunk(connection, chunk.data(), chunk.size()) < 0) vitals::request_of(connection).abandon();
    vitals::request_of(connection).bytes_out(chunk.size());
  }
  mg_send_chunk(connection, "", 0);
  return 200;
}

int slow(mg_connection* connection, void*) {
  std::this_thread::sleep_for(300ms);
  return answer(connection, 200, std::string(1 << 20, 'x'));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_civetweb PORT\n", 2;
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
  mg_callbacks callbacks{};
  vitals::instrument(callbacks, http);
  // [example]
  const std::string address = std::string{"127.0.0.1:"} + argv[1];
  const char* options[] = {
      "listening_ports", address.c_str(), "enable_keep_alive", "yes", "keep_alive_timeout_ms", "5000", nullptr};
  mg_context* const server = mg_start(&callbacks, nullptr, options);
  if (server == nullptr) return std::cerr << "can't listen on " << address << '\n', 1;
  mg_set_request_handler(server, "/users/*$", user, nullptr);
  mg_set_request_handler(server, "/users$", add_user, nullptr);
  mg_set_request_handler(server, "/fail$", fail, nullptr);
  mg_set_request_handler(server, "/throw$", throws, nullptr);
  mg_set_request_handler(server, "/stream$", stream, nullptr);
  mg_set_request_handler(server, "/slow$", slow, nullptr);
  vitals::mount(server, registry);

  std::cout << "listening on http://" << address << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  mg_stop(server);
}
