#include "generator.hpp"

#include <utility>

namespace clinic_load {
namespace {

constexpr auto kTick = std::chrono::milliseconds{100};

}  // namespace

Generator::Generator(boost::asio::io_context& io, boost::asio::ip::tcp::endpoint server, Scenario scenario,
                     Arrivals arrivals, Results& results, Options options)
    : options_{options},
      scenario_{std::move(scenario)},
      arrivals_{std::move(arrivals)},
      results_{results},
      next_arrival_{io},
      tick_{io} {
  for (std::size_t i = 0; i < options.connections; ++i) {
    connections_.push_back(std::make_unique<Connection>(
        io, server, [this](Connection& connection, const Outcome& outcome) { done(connection, outcome); }));
    idle_.push_back(connections_.back().get());
  }
}

void Generator::start(std::function<void()> on_second, std::function<void()> on_end) {
  on_second_ = std::move(on_second);
  on_end_ = std::move(on_end);
  tick();
  pump();
}

void Generator::stop() {
  results_.unsent(arrivals_.end(Clock::now()));
  pump();
}

// Sends all that is due, as far as there are free connections, and sets the timer for what is due next.
void Generator::pump() {
  while (!ended_) {
    const auto due = arrivals_.due();
    if (!due) {
      ended_ = true;
      break;
    }
    if (idle_.empty()) return;
    if (*due > Clock::now()) return wait_until(*due);
    arrivals_.take();
    send_on_idle(*due);
  }
  if (finished()) {
    tick_.cancel();
    next_arrival_.cancel();
    on_end_();
  }
}

void Generator::wait_until(Clock::time_point due) {
  if (std::exchange(waiting_, true)) return;
  next_arrival_.expires_at(due);
  next_arrival_.async_wait([this](boost::system::error_code error) {
    waiting_ = false;
    if (!error) pump();
  });
}

void Generator::send_on_idle(Clock::time_point due) {
  Connection& connection = *idle_.back();
  idle_.pop_back();
  scenario_.next(connection.request);
  connection.due = due;
  connection.send(Clock::now() + options_.timeout);
}

void Generator::done(Connection& connection, const Outcome& outcome) {
  results_.record(connection.request.route, outcome, Clock::now() - connection.due);
  idle_.push_back(&connection);
  pump();
}

void Generator::tick() {
  const Clock::time_point now = Clock::now();
  for (auto& connection : connections_) connection->check_deadline(now);
  if (now >= options_.last_call && !ended_) stop();
  if (ticks_++ % 10 == 0 && ticks_ > 1) on_second_();
  if (finished()) return;
  tick_.expires_after(kTick);
  tick_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

}  // namespace clinic_load
