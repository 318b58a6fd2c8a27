#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "tool/load/connection.hpp"
#include "tool/load/load_metrics.hpp"
#include "tool/load/scenario.hpp"
#include "tool/load/socket_poller.hpp"
#include "tool/load/tally.hpp"

namespace vitals::tool {

/// Later than this after it was due, a request is called late.
inline constexpr auto kLate = std::chrono::milliseconds{10};

/// What a thread of the load needs. All of it outlives the thread.
struct LoadContext {
  const Scenario& scenario;
  const LoadServer& server;
  LoadMetrics& metrics;
  const Values& setup;  ///< what the setup has extracted
  LoadClock::time_point start;
  std::size_t number = 0;  ///< of this thread,
  std::size_t of = 1;      ///< and how many there are
};

/// A request under way, and the connection that it is on.
struct Exchange final : Connection {
  using Connection::Connection;

  std::size_t plan = 0;  ///< of the scenario's requests, setup and user_setup, in this order
  std::size_t user = 0;  ///< of a closed loop: whose it is
  LoadClock::time_point due{};
};

/// One thread of the load: begins requests, waits for their answers and counts them. What is begun when, a derived
/// class says. For one thread, but for stop().
class Worker {
 public:
  explicit Worker(const LoadContext& context);
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Returns when every request is over.
  void run();
  /// No further requests; those under way are awaited. From any thread.
  void stop();

  /// REQUIRES: run() has returned.
  [[nodiscard]] const Tally& tally() const { return tally_; }

 protected:
  /// Begins what is due.
  virtual void begin_due(LoadClock::time_point now) = 0;
  /// When the next request is due, if it may be begun then.
  [[nodiscard]] virtual LoadClock::time_point next_due() const = 0;
  virtual void ended(Exchange& exchange, const Outcome& outcome, LoadClock::time_point now) = 0;
  virtual void no_more(LoadClock::time_point now) = 0;
  [[nodiscard]] virtual bool is_over() const = 0;
  /// Those that may be under way.
  [[nodiscard]] virtual std::vector<Exchange*> exchanges() = 0;
  /// The variables that the answer to a request of the setup sets.
  [[nodiscard]] virtual Values& values_of(Exchange& exchange) = 0;

  void begin(Exchange& exchange, std::size_t plan, LoadClock::time_point due, LoadClock::time_point now);
  [[nodiscard]] const RequestPlan& plan(std::size_t number) const { return *plans_[number]; }

  LoadContext context_;
  SocketPoller poller_;
  Tally tally_;

 private:
  void finish(Exchange& exchange);
  void give_up_late(LoadClock::time_point now);

  std::vector<const RequestPlan*> plans_;
  std::string body_;  // scratch
  LoadClock::duration timeout_;
  LoadClock::duration scan_interval_;
  LoadClock::time_point next_scan_;
  std::atomic<bool> stopping_{false};  // relaxed: it orders nothing, and wake() comes after it
};

/// How the exchange that is over ended, as the plan sees it; the answer's values are set.
Outcome outcome_of(const Exchange& exchange, const RequestPlan& plan, Values& values);

/// All plans of a scenario, in the order of a tally.
std::vector<const RequestPlan*> plans_of(const Scenario& scenario);

LoadClock::duration clock_time(double seconds);

}  // namespace vitals::tool
