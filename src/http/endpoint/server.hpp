#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <vitals/http/endpoint.hpp>
#include <vitals/level_status.hpp>

#include "http/endpoint/connection.hpp"
#include "http/endpoint/descriptor.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/fork_guard.hpp"
#include "http/endpoint/gatherer.hpp"
#include "http/endpoint/listener.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/scrape_queue.hpp"

namespace vitals::detail {

// Accepts connections and decides which may stay. For the io thread alone, but for the members that say otherwise.
class Server {
 public:
  Server(Registry& registry, const EndpointOptions& options);

  /// The io thread's body: serves until stopped.
  void run() noexcept { loop_.run(); }
  /// From any thread: no more accepting; ends when all answers are sent, at the latest after that time.
  void stop(std::chrono::milliseconds patience) noexcept;

  // From any thread.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void set_ready(bool ready) noexcept { ready_.store(ready, std::memory_order_relaxed); }
  [[nodiscard]] bool is_ready() const noexcept { return ready_.load(std::memory_order_relaxed); }
  [[nodiscard]] Gatherer& gatherer() noexcept { return gatherer_; }

  // For connections.
  [[nodiscard]] const EndpointOptions& options() const noexcept { return options_; }
  [[nodiscard]] Pages pages() const noexcept { return pages_of(options_); }
  /// REQUIRES: there are levels.
  [[nodiscard]] Response levels_response();
  /// REQUIRES: there is a live page, and the target is one of its data.
  [[nodiscard]] Wanted live_data(std::string_view target);
  [[nodiscard]] EndpointMetrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] EventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] ScrapeQueue& scrapes() noexcept { return scrapes_; }
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  /// The connection in that slot is about to close.
  void forget(std::size_t slot) noexcept;

 private:
  void wait_for_client();
  void accept();
  void admit(Accepted accepted);
  void out_of_descriptors();
  void pause();
  void sample_levels() noexcept;
  void begin_stop(std::chrono::milliseconds patience);
  void close_all() noexcept;

  [[nodiscard]] bool make_room(const PeerKey& peer) noexcept;
  template <class Filter>
  bool evict(Filter filter) noexcept;
  template <class Filter>
  [[nodiscard]] std::size_t count(Filter filter) const noexcept;

  const EndpointOptions options_;
  EndpointMetrics metrics_;
  EventLoop loop_;
  EventLoop::Socket listener_{loop_};
  EventLoop::Timer pause_{loop_};
  EventLoop::Timer patience_{loop_};
  std::uint16_t port_ = 0;
  ForkGuard fork_guard_;  // slot i: connection i; the last: the listener
  Descriptor reserve_;    // given up to turn a client away when the process has no descriptor left
  std::vector<std::shared_ptr<Connection>> connections_;  // by slot; null: free
  bool stopping_ = false;

  std::optional<LevelStatus> level_status_;
  EventLoop::Timer sampling_{loop_};

  std::atomic<bool> ready_{true};  // relaxed: tells nothing but itself
  ScrapeQueue scrapes_;
  Gatherer gatherer_;  // the last member: when its thread has ended, nothing calls the others any more
};

}  // namespace vitals::detail
