#pragma once
#include <cstddef>
#include <memory>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "tool/load/worker.hpp"

namespace vitals::tool {

/// A closed loop: each user sends a request on a connection of their own, awaits the answer, thinks, and sends the next
/// one. A server that stalls is asked less, and latency counts from when the user had thought. For one thread.
class UserLoop final : public Worker {
 public:
  UserLoop(const LoadContext& context);

 private:
  struct User {
    User(const LoadContext& context, const SocketPoller& poller, std::size_t number);

    Exchange exchange;
    Values values;
    std::size_t next_setup = 0;  // the request of user_setup that is next
  };
  using Turn = std::pair<LoadClock::time_point, User*>;

  void begin_due(LoadClock::time_point now) override;
  [[nodiscard]] LoadClock::time_point next_due() const override;
  void ended(Exchange& exchange, const Outcome& outcome, LoadClock::time_point now) override;
  void no_more(LoadClock::time_point now) override;
  [[nodiscard]] bool is_over() const override { return waiting_.empty() && under_way_ == 0; }
  [[nodiscard]] std::vector<Exchange*> exchanges() override;
  [[nodiscard]] Values& values_of(Exchange& exchange) override { return user_of(exchange).values; }

  User& user_of(Exchange& exchange);
  LoadClock::duration think_time(User& user, const Outcome& outcome);

  std::vector<std::unique_ptr<User>> users_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> waiting_;
  std::size_t under_way_ = 0;
  std::discrete_distribution<std::size_t> next_plan_;
  LoadClock::time_point end_;
};

}  // namespace vitals::tool
