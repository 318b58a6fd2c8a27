#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "http/endpoint/admission.hpp"
#include "http/endpoint/descriptor.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/head_scanner.hpp"
#include "http/endpoint/peer.hpp"
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

  enum class Phase : std::uint8_t {
    Closing,    // has its last answer
    Handshake,  // of TLS
    Silent,     // nothing has come
    Header,     // a piece of a head has
    Login,      // its password is being verified
    Idle,       // between two requests
    Writing,
    Gathering,  // waits for the registry
    Calling,    // waits for a function of the program
  };

  Connection(Server& server, std::size_t slot, const Peer& peer);

  /// Throws std::system_error or std::bad_alloc.
  void open(Descriptor socket, std::shared_ptr<ssl_ctx_st> tls) { socket_.open(std::move(socket), std::move(tls)); }
  void start();
  /// There is no place for it: it is told so, and closed.
  void turn_away();
  /// Ends it now, whatever is under way.
  void close() noexcept;
  /// Ends it now, unless an answer is under way; then after that.
  void wind_down();

  /// For the pages that are answered from elsewhere.
  void answer(Response response, bool keep_open);
  /// The same, keeping it open if the client may ask again.
  void answer(Response response) { answer(std::move(response), keep_open_); }
  /// A function of the program answers; gives the number of that call.
  [[nodiscard]] std::uint64_t wait_for_call();
  void on_call(std::uint64_t call, const Response& response);

  [[nodiscard]] Phase phase() const noexcept { return phase_; }
  /// Whether it counts for the limit of all connections.
  [[nodiscard]] bool holds_place() const noexcept { return phase_ != Phase::Closing && phase_ != Phase::Gathering; }
  [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
  [[nodiscard]] int descriptor() noexcept { return socket_.descriptor(); }
  /// What it is worth; poll() has given these `events` of it.
  [[nodiscard]] Standing standing(Clock::time_point now, short events) noexcept;

 private:
  void enter(Phase phase, Clock::duration limit);
  void arm(Clock::duration limit);
  void on_deadline();

  void expect_request();
  void read();
  void on_read(bool failed, std::size_t n);
  void try_head();
  void respond(std::size_t head_bytes);
  void judge();
  void log_in();
  void on_login(bool granted);
  [[nodiscard]] Worth worth_of_login() const;
  void serve();
  void scrape(std::size_t registry);
  void gather(Wanted wanted);
  void finish_scrape(Response response);
  void end_scrape() noexcept;
  void on_gathering_deadline();

  void refuse(int status);
  void deny();
  void deny_later();
  void send();
  void on_sent(bool failed, std::size_t n);
  void drop_body() noexcept;
  void report();
  void linger();
  void drain();

  Server& server_;
  const std::size_t slot_;
  const Peer peer_;
  EventLoop::Socket socket_;
  EventLoop::Timer deadline_;
  Phase phase_ = Phase::Silent;
  Clock::time_point since_;
  bool closed_ = false;

  std::array<char, kMaxHeadBytes> buffer_;  // what has arrived and is not yet used
  std::size_t buffered_ = 0;
  HeadScanner scanner_;
  RequestHead request_;
  Clock::time_point began_;  // the answer: when the head was whole
  std::uint64_t requests_ = 0;
  std::uint64_t calls_ = 0;

  std::shared_ptr<ScrapeQueue::Scrape> scrape_;  // while it waits or is under way
  bool is_hurried_ = false;
  std::shared_ptr<const int> login_;  // while it is verified

  std::string head_;
  Body body_;
  int status_ = 0;
  std::size_t sent_ = 0;   // of the head and the body
  std::size_t piece_ = 0;  // of the body, that is being sent
  std::size_t piece_sent_ = 0;
  Clock::time_point progress_;  // when the client last took a byte
  std::size_t drained_ = 0;
  bool keep_open_ = false;
};

}  // namespace vitals::detail
