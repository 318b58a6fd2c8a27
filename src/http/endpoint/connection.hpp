#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/endpoint/head_scanner.hpp"
#include "http/endpoint/listener.hpp"
#include "http/endpoint/request_head.hpp"
#include "http/endpoint/response.hpp"

namespace vitals::detail {

class Server;

// One client: reads heads, answers them one by one. Lives on the io thread alone; every wait has a deadline, and the
// deadline of a head or of an answer is for the whole of it, so that no dribble of bytes prolongs it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  /// In the order in which they make room for new connections. A scraper sends its head in one piece just after it has
  /// connected, so a piece of a head (Header) is more suspect than nothing yet (Silent). Who waits for the registry is
  /// cut off only once the client has reset it: that wait is not the client's doing.
  enum class Phase : std::uint8_t { Closing, Header, Silent, Idle, Writing, Gathering };

  Connection(Server& server, std::size_t slot, boost::asio::ip::tcp::socket socket, const PeerKey& peer);

  void start();
  /// Ends it now, whatever is under way.
  void close() noexcept;
  /// Ends it now, unless an answer is under way; then after that.
  void wind_down() noexcept;
  /// Its turn to be scraped, after Server::want_place().
  void gather(std::shared_ptr<void> place);

  /// Whether the client has ended it by a reset, of which nothing tells while no read or write is under way.
  [[nodiscard]] bool is_reset() noexcept;
  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  [[nodiscard]] Clock::time_point since() const noexcept { return since_; }  ///< the start of the phase
  [[nodiscard]] const PeerKey& peer() const noexcept { return peer_; }

 private:
  void enter(Phase phase, Clock::duration limit);
  void arm(Clock::duration limit);
  void on_deadline();

  void expect_request();
  void read();
  void on_read(const boost::system::error_code& error, std::size_t n);
  void try_head();
  void respond(std::size_t head_bytes);
  void wait_for_place();
  void on_gathered(std::uint64_t gather, Response response);

  void refuse(int status);
  void answer(Response response, bool keep_open);
  void send();
  void on_sent(const boost::system::error_code& error, std::size_t n);
  void drop_body() noexcept;
  void linger();
  void drain();

  Server& server_;
  const std::size_t slot_;
  const PeerKey peer_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  Phase phase_ = Phase::Silent;
  Clock::time_point since_;
  bool closed_ = false;

  std::array<char, kMaxHeadBytes> buffer_;  // what has arrived and is not yet used
  std::size_t buffered_ = 0;
  HeadScanner scanner_;
  RequestHead request_;
  std::uint64_t requests_ = 0;

  std::uint64_t gather_ = 0;  // the number of the last scrape: an answer to an earlier one came too late
  bool has_place_ = false;
  std::string head_;
  Body body_;
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  bool keep_open_ = false;
};

}  // namespace vitals::detail
