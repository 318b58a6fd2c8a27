#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <vitals/http/endpoint.hpp>
#include <vitals/level_status.hpp>
#include <vitals/registry.hpp>

#include "http/access/access_control.hpp"
#include "http/endpoint/admission.hpp"
#include "http/endpoint/body.hpp"
#include "http/endpoint/connection.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/event_log.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/fork_guard.hpp"
#include "http/endpoint/gatherer.hpp"
#include "http/endpoint/listeners.hpp"
#include "http/endpoint/login_queue.hpp"
#include "http/endpoint/own_pages.hpp"
#include "http/endpoint/recent_peers.hpp"
#include "http/endpoint/response.hpp"
#include "http/endpoint/scrape_queue.hpp"
#include "http/endpoint/user_calls.hpp"

namespace vitals::detail {

// Accepts connections and decides which may stay. For the io thread alone, but for the members that say otherwise.
class Server {
 public:
  /// Listens when it returns.
  Server(const std::vector<EndpointRegistry>& registries, const EndpointOptions& options);

  /// The io thread's body: serves until stopped.
  void run() noexcept { loop_.run(); }
  /// From any thread: no more accepting; ends when all answers are sent, at the latest after that time.
  void stop(std::chrono::milliseconds patience) noexcept;
  /// From the thread that has stopped it, once run() has returned: ends its threads, within that time.
  void stop_threads(std::chrono::milliseconds patience) noexcept;

  // From any thread.
  [[nodiscard]] std::uint16_t port() const noexcept { return listeners_->port(); }
  void set_ready(bool ready) noexcept { ready_.store(ready, std::memory_order_relaxed); }

  // For connections.
  [[nodiscard]] const EndpointOptions& options() const noexcept { return options_; }
  [[nodiscard]] EndpointMetrics& metrics() noexcept { return metrics_; }
  [[nodiscard]] EventLoop& loop() noexcept { return loop_; }
  [[nodiscard]] ScrapeQueue& scrapes() noexcept { return scrapes_; }
  [[nodiscard]] AccessControl& access() noexcept { return *access_; }
  [[nodiscard]] LoginQueue& logins() noexcept { return logins_; }
  [[nodiscard]] const std::shared_ptr<BodyBudget>& budget() const noexcept { return budget_; }
  [[nodiscard]] bool is_stopping() const noexcept { return stopping_; }
  /// Whether a connection that gets its answer may stay, which held no place while it waited; another one may make
  /// room.
  [[nodiscard]] bool may_stay(const Connection& connection) noexcept;
  [[nodiscard]] bool allows_host(std::string_view host) const;
  /// What a request target names.
  [[nodiscard]] Found find(std::string_view target) const noexcept { return find_page(target, pages_); }
  /// REQUIRES: it was found to be metrics. The gatherer's number of their registry.
  [[nodiscard]] std::size_t registry_of(const Found& found) const noexcept { return registries_[found.index]; }
  /// The answer of a page that is neither below nor of a registry.
  [[nodiscard]] Response page_response(Page page) const;
  /// REQUIRES: there are levels.
  [[nodiscard]] Response levels_response();
  /// REQUIRES: there is a live page, and the target is one of its data.
  [[nodiscard]] Wanted live_data(std::string_view target);
  /// Has a function of the program answer.
  void call(Connection& connection, const Found& found, std::string_view target);
  void tell(EventLog::Kind kind, const Peer& peer, std::string_view what) noexcept { events_.tell(kind, &peer, what); }
  void tell_page_fault(std::string_view target, std::string_view fault) noexcept { tell_fault(events_, target, fault); }
  void report(const Peer& peer, const RequestHead& request, int status, std::size_t bytes,
              std::chrono::steady_clock::duration took) noexcept;
  /// Since when this address is served; the end of time: it was not lately.
  [[nodiscard]] auto known_since(const PeerKey& peer) const noexcept { return served_.since(peer); }
  /// Of a scrape by this address, for ScrapeQueue: when it was answered last, or now. And that one is answered.
  [[nodiscard]] auto turn_of(const PeerKey& peer) const noexcept {
    return std::min(answered_.last(peer), std::chrono::steady_clock::now());
  }
  void count_answer(const PeerKey& peer) noexcept { answered_.add(peer); }
  /// The connection in that slot is about to close.
  void forget(std::size_t slot) noexcept;

 private:
  void admit(Accepted& accepted);
  Connection& seat(Accepted& accepted);
  [[nodiscard]] bool make_room_for(const PeerKey& peer);
  [[nodiscard]] std::vector<std::optional<Standing>> standings();
  void evict(std::size_t slot) noexcept;
  bool evict_reader() noexcept;
  bool evict_anybody();
  void look_after() noexcept;
  void look_at_files();
  void take_files(const std::vector<AccessControl::Message>& messages) noexcept;
  void sample_levels() noexcept;
  void begin_stop(std::chrono::milliseconds patience);
  void close_all() noexcept;
  void on_idle() noexcept;
  [[nodiscard]] std::size_t count() const noexcept;

  const EndpointOptions options_;
  const std::vector<std::string> paths_;              // of the registries
  const std::vector<std::size_t> registries_;         // at these paths, as the gatherer numbers them
  const Pages pages_;                                 // views of these two
  const std::unique_ptr<Registry> private_registry_;  // of the metrics that the program does not want
  EndpointMetrics metrics_;
  const std::shared_ptr<AccessControl> access_;
  EventLoop loop_;
  EventLoop::Timer patience_{loop_};
  EventLoop::Timer looking_{loop_};
  std::vector<std::shared_ptr<Connection>> connections_;  // by slot; null: free
  std::unique_ptr<ForkGuard> fork_guard_;                 // slot i: connection i; then those of the listeners
  std::optional<Listeners> listeners_;
  RecentPeers served_;
  RecentPeers answered_;  // scrapes, also those whose answer was not taken
  bool stopping_ = false;
  bool files_are_taken_ = true;  // as they were at the last look; false: a look is under way

  std::optional<LevelStatus> level_status_;
  EventLoop::Timer sampling_{loop_};

  std::atomic<bool> ready_{true};  // relaxed: tells nothing but itself
  // What functions of the program answer reaches the loop by it, as long as there is one.
  struct Calling {
    std::mutex mutex;
    EventLoop* loop;
  };
  const std::shared_ptr<Calling> calling_ = std::make_shared<Calling>();
  UserCalls calls_;
  EventLog events_;
  LoginQueue logins_;
  std::shared_ptr<BodyBudget> budget_;
  ScrapeQueue scrapes_;
  Gatherer gatherer_;  // the last member: when its thread has ended, nothing calls the others any more
};

}  // namespace vitals::detail
