// A service made with GNU libmicrohttpd that counts and times its requests and serves the metrics itself.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <microhttpd.h>

#include <vitals/http/microhttpd.hpp>
#include <vitals/vitals.hpp>

namespace {

using namespace std::chrono_literals;

// [example]
MHD_Result queue(MHD_Connection* connection, void** data, unsigned status, MHD_Response* response) {
  vitals::stamp(data, response);
  const MHD_Result result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}
// [example]

MHD_Result answer(MHD_Connection* connection, void** data, unsigned status, std::string body = {}) {
  vitals::request_of(data).bytes_out(body.size());
  return queue(connection, data, status,
               MHD_create_response_from_buffer(body.size(), body.data(), MHD_RESPMEM_MUST_COPY));
}

ssize_t next_chunk(void* data, std::uint64_t position, char* to, std::size_t room) {
  if (position == 5'000) return MHD_CONTENT_READER_END_OF_STREAM;
  if (position > 0) std::this_thread::sleep_for(20ms);
  const std::size_t n = std::min<std::size_t>(room, 1'000);
  std::memset(to, 'x', n);
  vitals::request_of(static_cast<void**>(data)).bytes_out(n);
  return static_cast<ssize_t>(n);
}

// libmicrohttpd calls it first with the header, then with each part of the body, then at its end. It doesn't survive an
// exception.
MHD_Result handle(void*, MHD_Connection* connection, const char* url, const char* method, const char*, const char*,
                  std::size_t* upload_size, void** data) try {
  static int begun;
  if (std::exchange(*data, &begun) == nullptr || std::exchange(*upload_size, 0) > 0) return MHD_YES;
  const std::string_view path{url};
  if (path == "/users") {
    if (method != std::string_view{"POST"}) return answer(connection, data, 405);
    return answer(connection, data, 201, MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length"));
  }
  if (method != std::string_view{"GET"} && method != std::string_view{"HEAD"}) return answer(connection, data, 405);
  if (path.starts_with("/users/") && path.find('/', 7) == path.npos) {
    if (path == "/users/0") return answer(connection, data, 404);
    return answer(connection, data, 200, "user " + std::string{path.substr(7)} + "\n");
  }
  if (path == "/fail") return answer(connection, data, 500);
  if (path == "/throw") throw std::runtime_error{"no such luck"};
  if (path == "/slow") {
    std::this_thread::sleep_for(300ms);
    return answer(connection, data, 200, std::string(1 << 20, 'x'));
  }
  if (path != "/stream") return answer(connection, data, 404);
  return queue(connection, data, 200,
               MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 1'000, next_chunk, data, nullptr));
} catch (const std::exception&) {
  const MHD_Result result = answer(connection, data, 500);
  vitals::request_of(data).fail();
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: http_microhttpd PORT\n", 2;
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
  vitals::MicrohttpdHandler handler{http, handle};
  vitals::mount(handler, registry);
  // [example]
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(argv[1])));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // [example]
  MHD_Daemon* const server = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0, nullptr, nullptr, handler.access, &handler,
      MHD_OPTION_NOTIFY_COMPLETED, handler.completed, &handler, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
  // [example]
  if (server == nullptr) return std::cerr << "can't listen on port " << argv[1] << '\n', 1;

  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&ends, &signal);
  MHD_stop_daemon(server);
}
