#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <vitals/http/endpoint.hpp>

#include "http/endpoint/connection.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/fork_guard.hpp"
#include "http/endpoint/gatherer.hpp"
#include "http/endpoint/listener.hpp"

namespace vitals::detail {

// Accepts connections and decides which may stay. But for the members that say otherwise, for the io thread alone.
class Server {
 public:
  Server(Registry& registry, const EndpointOptions& options);

  /// The io thread's body: serves until stopped. Nothing is thrown.
  void run() noexcept;
  /// From any thread: no more accepting; ends when all answers are sent, at the latest after that time.
  void stop(std::chrono::milliseconds patience) noexcept;

  // From any thread.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void set_ready(bool ready) noexcept { ready_.store(ready, std::memory_order_relaxed); }
  [[nodiscard]] bool is_ready() const noexcept { return ready_.load(std::memory_order_relaxed); }
  [[nodiscard]] Gatherer& gatherer() noexcept { return gatherer_; }

  // For connections.
  [[nodiscard]] const EndpointOptions& options() const noexcept { return options_; }
  [[nodiscard]] EndpointMetrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  /// Calls the connection's gather() with a place, to be held until its scrape is done: now, or when one is free and it
  /// is its turn. None is free while max_scrapes_in_flight are held, or their answers fill the memory.
  void want_place(Connection& connection);
  void forgo_place(const Connection& connection) noexcept;
  void give_places();
  /// The same, once the handler that is at work is done.
  void give_places_soon() noexcept;
  /// The connection in that slot is about to close.
  void forget(std::size_t slot) noexcept;

 private:
  void wait_for_client();
  void accept();
  void admit(Accepted accepted);
  void out_of_descriptors();
  void pause();
  void begin_stop(std::chrono::milliseconds patience);
  void close_all() noexcept;

  [[nodiscard]] bool make_room(const PeerKey& peer) noexcept;
  template <class Filter>
  bool evict(Filter filter) noexcept;
  template <class Filter>
  [[nodiscard]] std::size_t count(Filter filter) const noexcept;

  const EndpointOptions options_;
  EndpointMetrics metrics_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  boost::asio::ip::tcp::acceptor acceptor_{io_};
  boost::asio::steady_timer pause_{io_};
  boost::asio::steady_timer patience_{io_};
  boost::asio::ip::tcp protocol_ = boost::asio::ip::tcp::v4();
  std::uint16_t port_ = 0;
  ForkGuard fork_guard_;  // slot i: connection i; the last: the listener
  Descriptor reserve_;    // given up to turn a client away when the process has no descriptor left
  std::vector<std::shared_ptr<Connection>> connections_;  // by slot; null: free
  std::deque<Connection*> waiting_;  // for a place, first come first served; each is in connections_
  bool stopping_ = false;

  std::atomic<bool> ready_{true};  // relaxed: tells nothing but itself
  // Places held. Relaxed: a figure to compare with a limit. Shared, since a job of the gatherer may outlive the
  // server.
  const std::shared_ptr<std::atomic<std::size_t>> in_flight_ = std::make_shared<std::atomic<std::size_t>>(0);
  Gatherer gatherer_;
};

}  // namespace vitals::detail
