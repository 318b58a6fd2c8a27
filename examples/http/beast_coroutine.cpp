// A service made with Boost.Beast, asynchronous, with C++20 coroutines:  beast_coroutine PORT
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>

#include "beast_service.hpp"

namespace beast = boost::beast;
namespace net = boost::asio;
using net::use_awaitable;
using net::ip::tcp;
using namespace std::chrono_literals;

net::awaitable<void> wait(std::chrono::milliseconds time) {
  net::steady_timer timer{co_await net::this_coro::executor, time};
  co_await timer.async_wait(use_awaitable);
}

// An answer in parts: its header, then a chunk every 20 ms. With error codes, since an exception that passed `timed`
// would count as one of the handler's.
net::awaitable<void> stream(beast::tcp_stream& socket, const Request& request, vitals::HttpRequest timed) {
  beast::error_code error;
  auto into_error = net::redirect_error(use_awaitable, error);
  auto head = stream_head(request);
  vitals::stamp(timed, head);
  http::response_serializer<http::empty_body> serializer{head};
  co_await http::async_write_header(socket, serializer, into_error);
  if (!error) timed.status(200);
  const std::string chunk(1000, 'x');
  for (int i = 0; i < 5 && !error; ++i) {
    co_await wait(20ms);
    co_await net::async_write(socket, http::make_chunk(net::buffer(chunk)), into_error);
  }
  if (!error) co_await net::async_write(socket, http::make_chunk_last(), into_error);
  if (!error) timed.bytes_out(5 * chunk.size());
  vitals::finish(timed, error);
}

net::awaitable<void> serve(tcp::socket accepted, Service& service) {
  beast::tcp_stream socket{std::move(accepted)};
  beast::flat_buffer buffer;
  for (bool keep_alive = true; keep_alive;) {
    Request request;
    socket.expires_after(30s);
    co_await http::async_read(socket, buffer, request, use_awaitable);  // throws when the client has gone
    keep_alive = request.keep_alive();
    vitals::HttpRequest timed = vitals::start(service.metrics, request);
    if (path_of(request) == "/stream") {
      co_await stream(socket, request, std::move(timed));
      continue;
    }
    if (path_of(request) == "/slow") co_await wait(300ms);
    Response response;
    try {
      response = handle(request, service);
    } catch (const std::exception&) {
      timed.fail();
      response = reply(request, http::status::internal_server_error, "error\n");
    }
    // [example]
    co_await vitals::async_write(socket, response, std::move(timed), use_awaitable);
    // [example]
  }
}

net::awaitable<void> accept(tcp::acceptor& acceptor, Service& service) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    net::co_spawn(acceptor.get_executor(), serve(std::move(socket), service), net::detached);
  }
}

int main(int, char** argv) {
  Service service;  // outlives the coroutines, which the io_context destroys
  net::io_context io{1};
  tcp::acceptor acceptor{io, {net::ip::make_address("127.0.0.1"), static_cast<unsigned short>(std::atoi(argv[1]))}};
  net::co_spawn(io, accept(acceptor, service), net::detached);
  net::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](beast::error_code, int) { io.stop(); });
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  io.run();
}
