#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "http/endpoint/descriptor.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/head_scanner.hpp"
#include "http/endpoint/listener.hpp"
#include "http/endpoint/request_head.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/scrape_queue.hpp"

namespace vitals::detail {

class Server;

// One client: reads heads, answers them one by one. For the io thread alone. Every wait has a deadline, and the
// deadline of a head or of an answer is for the whole of it, so that a client that sends or takes a byte now and then
// gains no time.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  /// In the order in which they make room for new connections. A scraper sends its head in one piece just after it has
  /// connected, so a piece of a head (Header) is more suspect than nothing yet (Silent). A connection that waits for
  /// the registry (Gathering) is closed only if its client has reset it: that wait is not the client's doing.
  enum class Phase : std::uint8_t { Closing, Header, Silent, Idle, Writing, Gathering };

  Connection(Server& server, std::size_t slot, const PeerKey& peer);

  /// Throws std::system_error or std::bad_alloc.
  void open(Descriptor socket) { socket_.open(std::move(socket)); }
  void start();
  /// Ends it now, whatever is under way.
  void close() noexcept;
  /// Ends it now, unless an answer is under way; then after that.
  void wind_down() noexcept;

  /// Whether the client has reset it. Asks the system: where no read or write is under way, nothing else tells.
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
  void on_read(bool failed, std::size_t n);
  void try_head();
  void respond(std::size_t head_bytes);
  void scrape();
  void gather(Wanted wanted);
  bool begin_scrape();
  void finish_scrape(Response response);

  void refuse(int status);
  void answer(Response response, bool keep_open);
  void send();
  void on_sent(bool failed, std::size_t n);
  void drop_body() noexcept;
  void linger();
  void drain();

  Server& server_;
  const std::size_t slot_;
  const PeerKey peer_;
  EventLoop::Socket socket_;
  EventLoop::Timer deadline_;
  Phase phase_ = Phase::Silent;
  Clock::time_point since_;
  bool closed_ = false;

  std::array<char, kMaxHeadBytes> buffer_;  // what has arrived and is not yet used
  std::size_t buffered_ = 0;
  HeadScanner scanner_;
  RequestHead request_;
  std::uint64_t requests_ = 0;

  std::shared_ptr<ScrapeQueue::Scrape> scrape_;  // while it waits or is under way
  bool has_begun_ = false;                       // it is under way
  std::string head_;
  Body body_;
  std::size_t sent_ = 0;
  std::size_t drained_ = 0;
  bool keep_open_ = false;
};

}  // namespace vitals::detail
