#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "arrivals.hpp"
#include "connection.hpp"
#include "results.hpp"
#include "scenario.hpp"

namespace clinic_load {

/// Sends each arrival of a scenario over the first free one of a fixed number of connections. For one thread.
class Generator {
 public:
  struct Options {
    std::size_t connections;
    Clock::duration timeout;      ///< per request
    Clock::time_point last_call;  ///< from then on, requests that are still waiting for a connection are given up
  };

  Generator(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint server, Scenario scenario, Arrivals arrivals,
            Results& results, Options options);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  /// Begins. `on_second` is called once a second, `on_end` when all is answered.
  void start(std::function<void()> on_second, std::function<void()> on_end);
  /// No further requests; those under way are awaited.
  void stop();

 private:
  void pump();
  void wait_until(Clock::time_point due);
  void send_on_idle(Clock::time_point due);
  void done(Connection& connection, const Outcome& outcome);
  void tick();
  [[nodiscard]] bool finished() const { return ended_ && idle_.size() == connections_.size(); }

  Options options_;
  Scenario scenario_;
  Arrivals arrivals_;
  Results& results_;
  boost::asio::steady_timer next_arrival_;
  boost::asio::steady_timer tick_;
  std::function<void()> on_second_;
  std::function<void()> on_end_;
  unsigned ticks_ = 0;
  bool waiting_ = false;  // for next_arrival_
  bool ended_ = false;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> idle_;  // a stack: at a low rate few connections are in use, and stay warm
};

}  // namespace clinic_load
