#include "tool/load/user_loop.hpp"

#include <algorithm>
#include <chrono>

#include "tool/load/open_loop.hpp"

namespace vitals::tool {
namespace {

// A server that isn't there is not asked for connections as fast as it refuses them.
constexpr auto kAfterNoConnection = std::chrono::milliseconds{100};
constexpr auto kAfterNoSetup = std::chrono::seconds{1};

}  // namespace

UserLoop::User::User(const LoadContext& context, const SocketPoller& poller, std::size_t number)
    : exchange(context.server, poller),
      values(context.setup.of_thread(context.scenario.seed, number, context.scenario.users)) {}

UserLoop::UserLoop(const LoadContext& context)
    : Worker(context),
      next_plan_(weights_of(context.scenario)),
      end_(context.start + clock_time(context.scenario.duration)) {
  const auto& scenario = context.scenario;
  for (auto number = context.number; number < scenario.users; number += context.of) {
    users_.push_back(std::make_unique<User>(context, poller_, number));
    users_.back()->exchange.user = users_.size() - 1;
    const double share = static_cast<double>(number) / static_cast<double>(scenario.users);
    waiting_.emplace(context.start + clock_time(scenario.ramp_up * share), users_.back().get());
  }
}

void UserLoop::begin_due(LoadClock::time_point now) {
  if (now >= end_) no_more(now);
  while (!waiting_.empty() && waiting_.top().first <= now) {
    const auto due = waiting_.top().first;
    auto& user = *waiting_.top().second;
    waiting_.pop();
    ++under_way_;
    const auto& scenario = context_.scenario;
    const bool is_setup = user.next_setup < scenario.user_setup.size();
    const auto plan = is_setup ? scenario.requests.size() + scenario.setup.size() + user.next_setup
                               : next_plan_(user.values.random());
    const auto begun = LoadClock::now();
    if (!is_setup && begun - due > kLate) ++tally_.sent_late;
    begin(user.exchange, plan, due, begun);
  }
}

LoadClock::time_point UserLoop::next_due() const {
  return waiting_.empty() ? LoadClock::time_point::max() : waiting_.top().first;
}

void UserLoop::ended(Exchange& exchange, const Outcome& outcome, LoadClock::time_point now) {
  --under_way_;
  auto& user = user_of(exchange);
  const bool is_setup = exchange.plan >= context_.scenario.requests.size();
  if (is_setup) user.next_setup = outcome.is_good() ? user.next_setup + 1 : 0;
  const auto next = now + think_time(user, outcome);
  if (next < end_) waiting_.emplace(next, &user);
}

LoadClock::duration UserLoop::think_time(User& user, const Outcome& outcome) {
  const auto& scenario = context_.scenario;
  if (user.exchange.plan >= scenario.requests.size())
    return outcome.is_good() ? LoadClock::duration{0} : LoadClock::duration{kAfterNoSetup};
  std::uniform_real_distribution<double> seconds{scenario.least_think, scenario.most_think};
  const auto time = clock_time(seconds(user.values.random()));
  const bool has_connection = outcome.failure != Failure::NoConnection && outcome.failure != Failure::NoTls;
  return has_connection ? time : std::max<LoadClock::duration>(time, kAfterNoConnection);
}

void UserLoop::no_more(LoadClock::time_point now) {
  end_ = std::min(end_, now);
  waiting_ = {};
}

std::vector<Exchange*> UserLoop::exchanges() {
  std::vector<Exchange*> result;
  for (const auto& user : users_) result.push_back(&user->exchange);
  return result;
}

UserLoop::User& UserLoop::user_of(Exchange& exchange) { return *users_[exchange.user]; }

}  // namespace vitals::tool
