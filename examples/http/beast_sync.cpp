// A service made with Boost.Beast, synchronous, a thread for each connection:  beast_sync PORT
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <list>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <sys/socket.h>

#include "beast_service.hpp"

namespace beast = boost::beast;
namespace net = boost::asio;
using net::ip::tcp;
using namespace std::chrono_literals;

// An answer in parts: its header, then a chunk every 20 ms.
void stream(tcp::socket& socket, const Request& request, vitals::HttpRequest timed, beast::error_code& error) {
  auto head = stream_head(request);
  vitals::stamp(timed, head);
  http::response_serializer<http::empty_body> serializer{head};
  http::write_header(socket, serializer, error);
  if (!error) timed.status(200);
  const std::string chunk(1000, 'x');
  for (int i = 0; i < 5 && !error; ++i) {
    std::this_thread::sleep_for(20ms);
    net::write(socket, http::make_chunk(net::buffer(chunk)), error);
  }
  if (!error) net::write(socket, http::make_chunk_last(), error);
  if (!error) timed.bytes_out(5 * chunk.size());
  vitals::finish(timed, error);
}

void serve(tcp::socket& socket, Service& service) {
  beast::flat_buffer buffer;
  beast::error_code error;
  for (bool keep_alive = true; keep_alive && !error;) {
    // [example]
    Request request;
    http::read(socket, buffer, request, error);
    if (error) break;
    vitals::HttpRequest timed = vitals::start(service.metrics, request);
    // [example]
    keep_alive = request.keep_alive();
    if (path_of(request) == "/stream") {
      stream(socket, request, std::move(timed), error);
      continue;
    }
    if (path_of(request) == "/slow") std::this_thread::sleep_for(300ms);
    // [example]
    Response response;
    try {
      response = handle(request, service);
    } catch (const std::exception&) {
      timed.fail();
      response = reply(request, http::status::internal_server_error, "error\n");
    }
    vitals::write(socket, response, std::move(timed), error);
    // [example]
  }
  socket.shutdown(tcp::socket::shutdown_send, error);
}

struct Connection {
  explicit Connection(tcp::socket&& accepted) : socket{std::move(accepted)} {}

  tcp::socket socket;
  std::atomic<bool> ended = false;
  std::jthread thread;
};

void accept(tcp::acceptor& acceptor, Service& service) {
  std::list<Connection> connections;
  beast::error_code error;
  for (;;) {
    tcp::socket socket = acceptor.accept(error);
    if (error) break;
    connections.remove_if([](const Connection& connection) { return connection.ended.load(); });
    Connection& connection = connections.emplace_back(std::move(socket));
    connection.thread = std::jthread{[&] {
      serve(connection.socket, service);
      connection.ended = true;
    }};
  }
  for (Connection& connection : connections) connection.socket.shutdown(tcp::socket::shutdown_both, error);
}

int main(int, char** argv) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Service service;
  net::io_context io;
  tcp::acceptor acceptor{io, {net::ip::make_address("127.0.0.1"), static_cast<unsigned short>(std::atoi(argv[1]))}};
  std::jthread accepting{[&] { accept(acceptor, service); }};
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  ::shutdown(acceptor.native_handle(), SHUT_RDWR);  // wakes accept()
}
