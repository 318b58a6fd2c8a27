// A service made with Boost.Beast, asynchronous, with callbacks:  beast_async PORT
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>

#include "beast_service.hpp"

namespace beast = boost::beast;
namespace net = boost::asio;
using net::ip::tcp;
using namespace std::chrono_literals;

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket&& socket, Service& service)
      : stream_{std::move(socket)}, timer_{stream_.get_executor()}, service_{service} {}

  void read() {
    request_ = {};
    stream_.expires_after(30s);
    http::async_read(stream_, buffer_, request_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (!error) self->answer();
    });
  }

 private:
  void answer() {
    timed_ = vitals::start(service_.metrics, request_);
    if (path_of(request_) == "/stream") return stream();
    if (path_of(request_) == "/slow") {
      timer_.expires_after(300ms);
      return timer_.async_wait(
          [self = shared_from_this()](beast::error_code) { self->send(handle(self->request_, self->service_)); });
    }
    try {
      send(handle(request_, service_));
    } catch (const std::exception&) {
      timed_.fail();
      send(reply(request_, http::status::internal_server_error, "error\n"));
    }
  }

  void send(Response response) {
    response_ = std::move(response);
    vitals::async_write(stream_, response_, std::move(timed_),
                        [self = shared_from_this()](beast::error_code error, std::size_t) {
                          if (!error && self->response_.keep_alive()) self->read();
                        });
  }

  // An answer in parts: its header, then a chunk every 20 ms.
  void stream() {
    head_ = stream_head(request_);
    vitals::stamp(timed_, head_);
    serializer_.emplace(head_);
    const auto sent = [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return vitals::finish(self->timed_, error);
      self->timed_.status(200);
      self->next_chunk(5);
    };
    http::async_write_header(stream_, *serializer_, sent);
  }

  void next_chunk(int left) {
    const auto sent = [self = shared_from_this(), left](beast::error_code error, std::size_t) {
      if (!error && left > 0) return self->next_chunk(left - 1);
      if (!error) self->timed_.bytes_out(5 * self->chunk_.size());
      vitals::finish(self->timed_, error);
      if (!error && self->head_.keep_alive()) self->read();
    };
    if (left == 0) return net::async_write(stream_, http::make_chunk_last(), sent);
    timer_.expires_after(20ms);
    timer_.async_wait([self = shared_from_this(), sent](beast::error_code) {
      net::async_write(self->stream_, http::make_chunk(net::buffer(self->chunk_)), sent);
    });
  }

  beast::tcp_stream stream_;
  net::steady_timer timer_;
  beast::flat_buffer buffer_;
  Request request_;
  vitals::HttpRequest timed_;
  Response response_;
  http::response<http::empty_body> head_;
  std::optional<http::response_serializer<http::empty_body>> serializer_;
  const std::string chunk_ = std::string(1000, 'x');
  Service& service_;
};

void accept(tcp::acceptor& acceptor, Service& service) {
  acceptor.async_accept(net::make_strand(acceptor.get_executor()), [&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket), service)->read();
    accept(acceptor, service);
  });
}

int main(int, char** argv) {
  Service service;  // outlives the handlers that the io_context destroys
  net::io_context io{2};
  tcp::acceptor acceptor{io, {net::ip::make_address("127.0.0.1"), static_cast<unsigned short>(std::atoi(argv[1]))}};
  accept(acceptor, service);
  net::signal_set signals{io, SIGINT, SIGTERM};
  signals.async_wait([&](beast::error_code, int) { io.stop(); });
  std::cout << "listening on http://127.0.0.1:" << argv[1] << std::endl;
  std::jthread other{[&] { io.run(); }};
  io.run();
}
