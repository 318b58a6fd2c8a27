#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "arrivals.hpp"
#include "scenario.hpp"

namespace clinic_load {

/// How a request ended: a status, or 0 and why there is none.
struct Outcome {
  int status = 0;
  std::string_view failure;
  std::string_view body;  ///< valid during the call
};

/// One keep-alive connection, which carries one request at a time and connects when it has to. For one thread.
class Connection {
 public:
  using Done = std::function<void(Connection&, const Outcome&)>;

  Connection(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint server, Done done);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// What to send next; to be filled before send().
  Request request;
  Clock::time_point due;

  /// Sends the request; Done is called once, not from inside send(). REQUIRES: no request is under way.
  void send(Clock::time_point deadline);
  /// Gives up a request whose deadline has passed.
  void check_deadline(Clock::time_point now);

 private:
  void connect();
  void write();
  void read();
  void answered();
  void fail(std::string_view why, const boost::system::error_code& error);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::ip::tcp::endpoint server_;
  Done done_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>> parser_;
  std::optional<Clock::time_point> deadline_;  // of the request under way
  Clock::time_point last_used_;
  bool timed_out_ = false;
};

}  // namespace clinic_load
