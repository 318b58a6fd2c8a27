#include "connection.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

namespace clinic_load {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

// Servers close idle connections (the clinic after 5 s), and a request that crosses the closing is lost. So, as
// browsers do, one that has been idle for a while isn't used again.
constexpr auto kIdleLimit = std::chrono::seconds{2};

}  // namespace

Connection::Connection(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint server, Done done)
    : socket_{io}, server_{std::move(server)}, done_{std::move(done)} {}

void Connection::send(Clock::time_point deadline) {
  const Clock::time_point now = Clock::now();
  deadline_ = deadline;
  timed_out_ = false;
  if (socket_.is_open() && now - last_used_ > kIdleLimit) socket_.close();
  socket_.is_open() ? write() : connect();
}

void Connection::check_deadline(Clock::time_point now) {
  if (!deadline_ || now < *deadline_ || timed_out_) return;
  timed_out_ = true;
  error_code ignored;
  socket_.close(ignored);  // the operation under way ends with an error
}

void Connection::connect() {
  buffer_.clear();
  socket_.async_connect(server_, [this](error_code error) {
    if (error) return fail("no connection", error);
    socket_.set_option(boost::asio::ip::tcp::no_delay{true}, error);
    write();
  });
}

void Connection::write() {
  boost::asio::async_write(socket_, boost::asio::buffer(request.text), [this](error_code error, std::size_t) {
    if (error) return fail("connection lost", error);
    read();
  });
}

void Connection::read() {
  parser_.emplace();
  http::async_read(socket_, buffer_, *parser_, [this](error_code error, std::size_t) {
    if (error) return fail("connection lost", error);
    answered();
  });
}

void Connection::answered() {
  last_used_ = Clock::now();
  deadline_.reset();
  if (!parser_->keep_alive()) {
    error_code ignored;
    socket_.close(ignored);
  }
  done_(*this, {static_cast<int>(parser_->get().result_int()), {}, parser_->get().body()});
}

void Connection::fail(std::string_view why, const error_code&) {
  error_code ignored;
  socket_.close(ignored);
  deadline_.reset();
  done_(*this, {0, timed_out_ ? "timeout" : why, {}});
}

}  // namespace clinic_load
